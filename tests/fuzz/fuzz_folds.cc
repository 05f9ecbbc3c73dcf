// Partial folds as another process sends them: read, merged, finished.
#include "costmill/version.h"
#include "fuzz.h"
#include "summary/fold.h"
#include "summary/refusal.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace {

using costmill::Day;
using costmill::Fold;
using costmill::FoldOptions;
using costmill::fuzz::succeeds;

// An input is what follows the version; what stands before it, and the checksum, are put right.
std::string framed(std::string_view content, const FoldOptions& options) {
  constexpr std::size_t kChecksumAt = 16;
  constexpr std::size_t kChecked = kChecksumAt + sizeof(std::uint64_t);
  std::string bytes = Fold(options).to_bytes();
  bytes.resize(kChecked + sizeof(std::uint32_t) + std::string_view(costmill::kVersion).size());
  bytes += content;
  const std::uint64_t checksum = XXH3_64bits(bytes.data() + kChecked, bytes.size() - kChecked);
  std::memcpy(bytes.data() + kChecksumAt, &checksum, sizeof checksum);
  return bytes;
}

void finish(const Fold& fold, const FoldOptions& options) {
  static const costmill::ClusterIdentity kCluster{.source_uuid = "s", .cluster_id = "c", .cluster_alias = "C", .report_period_id = 1};
  for (Day day = options.first_day; day <= options.last_day; day = day.next()) {
    try {
      fold.finish(day, kCluster, {});
    } catch (const costmill::Refusal&) {  // an answer as well
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FoldOptions options{
      .first_day = costmill::make_day(2025, 10, 1), .last_day = costmill::make_day(2025, 10, 4), .derive_roles = true};
  const std::string bytes = framed(costmill::fuzz::text_of(data, size), options);
  Fold fold(options);
  if (!succeeds([&] { fold = Fold::from_bytes(bytes, options); })) return 0;
  finish(fold, options);
  succeeds([&] { fold.merge(Fold::from_bytes(fold.to_bytes(), options)); });
  finish(fold, options);
  return 0;
}
