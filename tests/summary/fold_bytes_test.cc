// Partial folds that travel to another process behave there as they did before.
#include "summary/fold_bytes.h"

#include <fmt/format.h>

#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "costmill/error.h"
#include "costmill/version.h"
#include "random_items.h"
#include "special_numbers.h"

namespace costmill {
namespace {

constexpr std::size_t kChecksumAt = 16;
constexpr std::size_t kChecked = kChecksumAt + sizeof(std::uint64_t);

Fold travelled(const Fold& fold, const FoldOptions& options) { return Fold::from_bytes(fold.to_bytes(), options); }

// All that is known of a finished day, or its refusal.
std::string outcome(const Fold& fold, Day day, const ReferenceData& reference) {
  try {
    const DayResult result = fold.finish(day, test_cluster(), reference);
    std::string all = fmt::format("{}\n{} {}\n", fmt::join(dump(result), "\n"), result.input_rows, result.hours.to_string());
    const FanOuts& fans = result.fan_outs;
    all += fmt::format("{} {} {} {} {}\n", fans.nodes_with_several_label_sets, fans.namespaces_with_several_label_sets,
                       fans.namespaces_in_several_categories, fans.claims_with_several_volumes, fans.volume_pods_with_several_placements);
    for (std::size_t check = 0; check < kSanityChecks; ++check) {
      const SanityFinding& finding = result.sanity[static_cast<SanityCheck>(check)];
      all += fmt::format("{} {} {} {}\n", finding.count, finding.example.file, finding.example.row, finding.example.what);
    }
    for (const auto& total : result.totals.values) all += total ? fmt::format("{} ", *total) : "- ";
    return all;
  } catch (const Refusal& refusal) {
    return fmt::format("refused: {}, {}, {}, {}", refusal.what(), refusal.column(), refusal.place().file, refusal.place().row);
  }
}

void expect_same(const Fold& actual, const Fold& expected, const ReferenceData& reference) {
  for (int offset = 0; offset < 4; ++offset) {
    const Day day{kDay.number + offset};
    EXPECT_EQ(outcome(actual, day, reference), outcome(expected, day, reference));
    try {
      EXPECT_EQ(actual.finish(day, test_cluster(), reference).reference_scope,
                expected.finish(day, test_cluster(), reference).reference_scope);
    } catch (const Refusal&) {  // has no scope
    }
  }
}

FoldOptions options_of(unsigned seed) {
  FoldOptions options = october();
  options.derive_roles = seed % 2 == 0;
  return options;
}

// Rows that are refused, or give signs of bad data, in each table.
LineItems bad_items(unsigned seed) {
  LineItems items = RandomItems(seed).build();
  const double odd = std::array{kNaN, kInfinity, -kInfinity, 1e30}[seed % 4];
  const Day other{kDay.number + 1};
  const Day last{kDay.number + 2};
  items.daily({.usage_cpu = odd, .cores = odd, .bytes = odd}).daily({.limit_memory = odd, .cores = odd, .day = other});
  items.daily({.usage_cpu = kHour, .effective_cpu = 9 * kHour, .limit_cpu = -1, .day = last});
  items.hourly({.capacity_cpu = odd, .day = last}).hourly({.capacity_memory = odd, .day = other});
  items.storage({.usage = odd, .day = last}).storage({.capacity_bytes = odd, .request = -1, .day = last});
  if (seed % 3 == 0) items.node_labels("n1", "{\"a\":", last);
  return items;
}

// The folds of every n-th row of each table.
std::vector<Fold> shares(const LineItems& items, const FoldOptions& options, std::size_t count) {
  std::vector<Fold> folds;
  for (std::size_t i = 0; i < count; ++i) folds.emplace_back(options);
  for (std::uint32_t file = 0; file < items.files().size(); ++file) {
    const LineItems::File& table = items.files()[file];
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      Fold& fold = folds[row % count];
      fold.add(chunk_of(std::span(table.rows).subspan(row, 1), row, fold.texts()), table.use, file);
    }
  }
  return folds;
}

std::string with_right_checksum(std::string bytes) {
  const std::uint64_t checksum = XXH3_64bits(bytes.data() + kChecked, bytes.size() - kChecked);
  std::memcpy(bytes.data() + kChecksumAt, &checksum, sizeof checksum);
  return bytes;
}

// The message of its refusal; '' if it is none.
std::string refusal_of_bytes(std::string_view bytes, const FoldOptions& options = october()) {
  try {
    // Of their own size, so that a sanitizer sees a read beyond.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    Fold::from_bytes({exact.data(), exact.size()}, options);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
}

TEST(FoldBytes, AFoldThatTravelledFinishesAsBefore) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const FoldOptions options = options_of(seed);
    const Fold fold = folded(RandomItems(seed).build(), options);
    ASSERT_GT(fold.finish(kDay, test_cluster(), all_keys()).rows.rows.size(), 20U);
    expect_same(travelled(fold, options), fold, reference_with_overlapping_patterns());
    EXPECT_EQ(fold.to_bytes(), fold.to_bytes());
  }
}

TEST(FoldBytes, RefusalsAndSignsOfBadDataTravel) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const FoldOptions options = options_of(seed);
    const Fold fold = folded(bad_items(seed), options);
    expect_same(travelled(fold, options), fold, all_keys());
    EXPECT_NE(outcome(fold, kDay, all_keys()).find("refused"), std::string::npos);
  }
}

TEST(FoldBytes, EachOffenceIsNamedWithItsColumn) {
  const auto column_of = [](const LineItems& items) {
    const std::string before = outcome(folded(items), kDay, all_keys());
    EXPECT_EQ(outcome(travelled(folded(items), october()), kDay, all_keys()), before);
    return before;
  };
  LineItems pods;
  LineItems capacity;
  LineItems storage;
  pods.daily({}).daily({.limit_memory = kNaN});
  capacity.daily({}).hourly({.capacity_memory = kInfinity});
  storage.daily({}).storage({.request = -kInfinity});
  EXPECT_NE(column_of(pods).find("pod_limit_memory_byte_seconds, 0, 1"), std::string::npos);
  EXPECT_NE(column_of(capacity).find("node_capacity_memory_byte_seconds, 1, 0"), std::string::npos);
  EXPECT_NE(column_of(storage).find("volume_request_storage_byte_seconds, 1, 0"), std::string::npos);
}

TEST(FoldBytes, FoldsThatTravelledMergeAsTheOriginals) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    const FoldOptions options = options_of(seed / 2);
    const LineItems items = seed % 2 == 0 ? RandomItems(seed).build() : bad_items(seed);
    const Fold whole = folded(items, options);
    const std::vector<Fold> folds = shares(items, options, 3);
    Fold merged(options);
    for (const Fold& fold : folds) merged.merge(travelled(fold, options));
    expect_same(merged, whole, reference_with_overlapping_patterns());
    // What is merged may travel on.
    expect_same(travelled(merged, options), whole, reference_with_overlapping_patterns());
  }
}

TEST(FoldBytes, RowsMayBeAddedToAFoldThatTravelled) {
  const LineItems items = RandomItems(5).build();
  const Fold whole = folded(items);
  Fold fold(october());
  for (std::uint32_t file = 0; file < items.files().size(); ++file) {
    const LineItems::File& table = items.files()[file];
    for (std::size_t row = 0; row < table.rows.size(); row += 50) {
      fold = travelled(fold, october());
      const std::size_t rows = std::min<std::size_t>(50, table.rows.size() - row);
      fold.add(chunk_of(std::span(table.rows).subspan(row, rows), row, fold.texts()), table.use, file);
    }
  }
  expect_same(fold, whole, reference_with_overlapping_patterns());
}

TEST(FoldBytes, SumsBeyondTheUsualSizesTravel) {
  LineItems items;
  for (int i = 0; i < 4; ++i) items.daily({.usage_cpu = 6e19, .limit_cpu = -6e19, .usage_memory = 7e28, .cores = -kInfinity});
  items.daily({.request_cpu = 0x1p-70, .limit_cpu = 2.4e20 / 4, .cores = kNaN});
  const std::vector<Fold> folds = shares(items, october(), 2);
  for (const Fold& fold : folds) expect_same(travelled(fold, october()), fold, all_keys());
  Fold merged = travelled(folds[0], october());
  merged.merge(travelled(folds[1], october()));
  expect_same(merged, folded(items), all_keys());
}

TEST(FoldBytes, AnEmptyFoldTravels) {
  const Fold fold = travelled(Fold(october()), october());
  EXPECT_TRUE(fold.finish(kDay, test_cluster(), all_keys()).rows.rows.empty());
}

TEST(FoldBytes, TextsKeepTheirIds) {
  Fold fold(october());
  for (const char* text : {"b", "", "a", "\xFF", "long enough for no short string"}) fold.texts().intern(text);
  Fold arrived = travelled(fold, october());
  ASSERT_EQ(arrived.texts().size(), fold.texts().size());
  for (TextId id = 0; id < fold.texts().size(); ++id) EXPECT_EQ(arrived.texts()[id], fold.texts()[id]);
  EXPECT_EQ(arrived.texts().intern("a"), 2U);
}

TEST(FoldBytes, CutBytesAreRefused) {
  const std::string bytes = folded(bad_items(1)).to_bytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < 4096 ? 1 : 97) {
    ASSERT_NE(refusal_of_bytes(bytes.substr(0, size)), "") << size;
    if (size < kChecked) continue;
    ASSERT_NE(refusal_of_bytes(with_right_checksum(bytes.substr(0, size))), "") << size;
  }
  EXPECT_NE(refusal_of_bytes(with_right_checksum(bytes + '\0')), "");
}

TEST(FoldBytes, AFlippedBitIsRefused) {
  std::string bytes = folded(bad_items(1)).to_bytes();
  std::mt19937 random(44);
  for (int round = 0; round < 2000; ++round) {
    char& byte = bytes[random() % bytes.size()];
    const auto bit = static_cast<char>(1U << random() % 8);
    byte = static_cast<char>(byte ^ bit);
    ASSERT_NE(refusal_of_bytes(bytes), "");
    byte = static_cast<char>(byte ^ bit);
  }
  EXPECT_EQ(refusal_of_bytes(bytes), "");
}

TEST(FoldBytes, AnotherVersionIsRefusedByName) {
  std::string bytes = Fold(october()).to_bytes();
  const std::size_t at = bytes.find(kVersion);
  ASSERT_EQ(at, kChecked + sizeof(std::uint32_t));
  bytes[at] = '9';
  const std::string refusal = refusal_of_bytes(with_right_checksum(bytes));
  EXPECT_NE(refusal.find(fmt::format("\"9{}\"", std::string_view(kVersion).substr(1))), std::string::npos) << refusal;
}

TEST(FoldBytes, DaysOutsideTheOptionsAreRefused) {
  LineItems items;
  items.daily({});
  const std::string bytes = folded(items).to_bytes();
  FoldOptions options = october();
  options.first_day = kDay.next();
  EXPECT_NE(refusal_of_bytes(bytes, options), "");
  options = october();
  options.left_out.insert(kDay);
  EXPECT_NE(refusal_of_bytes(bytes, options), "");
}

TEST(FoldBytes, KeysOfNothingAreRefused) {
  LineItems items;
  items.daily({.resource_id = "i", .node_role = "r", .usage_memory = 7e28, .effective_memory = 0}).hourly({.hour = 3});
  FoldOptions options = october();
  options.derive_roles = true;
  const std::string bytes = folded(items, options).to_bytes();
  const auto refusal_after = [&](auto from, auto to) {
    const std::string_view looked_for(reinterpret_cast<const char*>(&from), sizeof from);
    const std::size_t at = bytes.rfind(looked_for);
    if (at == std::string::npos) return std::string("not found");
    std::string changed = bytes;
    std::memcpy(changed.data() + at, &to, sizeof to);
    return refusal_of_bytes(with_right_checksum(changed), options);
  };
  using Wide = std::array<std::uint64_t, 2>;  // a count of one, and its key: slot 0, sum 4
  EXPECT_NE(refusal_after(Wide{1, 4}, Wide{1, 3}).find("a sum of no group"), std::string::npos);
  EXPECT_NE(refusal_after(Wide{1, 4}, Wide{1, 8 + 4}).find("a sum of no group"), std::string::npos);
  constexpr std::uint32_t kThreeHours = 3 * 3'600'000;
  EXPECT_NE(refusal_after(kThreeHours, 24 * 3'600'000).find("beyond the day"), std::string::npos);
  // The last key: node and resource id of a role, and the role.
  using Role = std::array<TextId, 3>;
  Fold fold = folded(items, options);
  const Role role{fold.texts().find("n1"), fold.texts().find("i"), fold.texts().find("r")};
  const auto unknown = static_cast<TextId>(fold.texts().size());
  for (const Role changed : {Role{unknown, role[1], role[2]}, Role{role[0], role[1], unknown}}) {
    EXPECT_NE(refusal_after(role, changed).find("an id of no text"), std::string::npos);
  }
  EXPECT_NE(refusal_after(role, Role{role[0], kNullText, role[2]}).find("a role of no node"), std::string::npos);
}

// Whoever writes a right checksum over nonsense gets a refusal or a fold of nonsense.
TEST(FoldBytes, NonsenseWithARightChecksumDoesNoHarm) {
  std::mt19937 random(45);
  int accepted = 0;
  int refused = 0;
  for (unsigned seed = 0; seed < 4; ++seed) {
    const FoldOptions options = options_of(seed);
    const LineItems items = seed % 2 == 0 ? RandomItems(seed).build() : bad_items(seed);
    const std::vector<Fold> folds = shares(items, options, 8);
    const std::string bytes = folds[0].to_bytes();
    for (int round = 0; round < 400; ++round) {
      std::string changed = bytes;
      for (std::size_t i = 0; i <= random() % 3; ++i) {
        char* const at = changed.data() + kChecked + random() % (changed.size() - kChecked - sizeof(std::uint64_t));
        const std::uint64_t value = std::array<std::uint64_t, 4>{random(), 0, ~0ULL, 1ULL << random() % 64}[random() % 4];
        std::memcpy(at, &value, std::size_t{1} << random() % 4);
      }
      try {
        const Fold fold = Fold::from_bytes(with_right_checksum(changed), options);
        ++accepted;
        Fold merged = travelled(folds[1], options);
        merged.merge(fold);
        merged.merge(fold);
        for (int offset = 0; offset < 3; ++offset) {
          outcome(fold, Day{kDay.number + offset}, all_keys());
          outcome(merged, Day{kDay.number + offset}, all_keys());
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
        ++refused;
      }
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 100);
}

TEST(FoldBytes, ACountBeyondTheBytesReservesNothing) {
  std::string bytes = Fold(october()).to_bytes();
  const std::size_t at = kChecked + sizeof(std::uint32_t) + std::string_view(kVersion).size();
  for (const std::uint64_t count : {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    std::memcpy(bytes.data() + at, &count, sizeof count);
    EXPECT_NE(refusal_of_bytes(with_right_checksum(bytes)).find("count beyond"), std::string::npos);
  }
}

}  // namespace
}  // namespace costmill
