#include "summary/fold_bytes.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "costmill/error.h"
#include "costmill/version.h"
#include "summary/fold.h"

namespace costmill {
namespace {

constexpr std::string_view kMagic = "costmill fold 1\n";  // its number is the form's
constexpr std::size_t kChecksumBytes = sizeof(std::uint64_t);

std::uint64_t checksum_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

void check_version(std::string_view version) {
  if (version == kVersion) return;
  throw Error(ErrorCode::kCorrupt, fmt::format("a partial fold was made by version {:?} of costmill, and this is {}; let the same version "
                                               "run everywhere",
                                               version, kVersion));
}

}  // namespace

void ByteReader::refuse(const char* what) {
  throw Error(ErrorCode::kCorrupt, fmt::format("a partial fold arrived damaged ({}); fold its rows again", what));
}

std::string_view ByteReader::bytes(std::size_t size) {
  require(size <= left_.size(), "it is cut");
  const std::string_view bytes = left_.substr(0, size);
  left_.remove_prefix(size);
  return bytes;
}

std::size_t ByteReader::count(std::size_t least_bytes) {
  std::uint64_t count = 0;
  get(count);
  require(count <= left_.size() / least_bytes, "a count beyond its end");
  return count;
}

std::string_view ByteReader::text() {
  std::uint32_t size = 0;
  get(size);
  return bytes(size);
}

void ByteReader::get(const char*& column) {
  const std::string_view name = text();
  if (name.empty()) return;
  for (const Table table : kAllTables) {
    for (const ColumnSpec& known : schema_of(table).numbers) {
      if (known.name != name) continue;
      column = known.name.data();
      return;
    }
  }
  refuse("a column that no table has");
}

std::string Fold::to_bytes() const {
  ByteWriter bytes;
  bytes.bytes(kMagic);
  bytes(std::uint64_t{0});
  bytes.text(kVersion);
  bytes.count(texts_.size());
  for (TextId id = 0; id < texts_.size(); ++id) bytes.text(texts_[id]);
  bytes.count(days_.size());
  for (const auto& [number, day] : days_) {
    bytes(number.number, day.rows);
    day.pods.write(bytes);
    day.capacity.write(bytes);
    day.placements.write(bytes);
    day.storage.write(bytes);
    day.node_labels.write(bytes);
    day.namespace_labels.write(bytes);
    day.roles.write(bytes);
  }
  std::string& written = bytes.written();
  const std::uint64_t checksum = checksum_of(std::string_view(written).substr(kMagic.size() + kChecksumBytes));
  std::memcpy(written.data() + kMagic.size(), &checksum, kChecksumBytes);
  return std::move(written);
}

Fold Fold::from_bytes(std::string_view given, const FoldOptions& options) {
  ByteReader bytes(given);
  ByteReader::require(bytes.bytes(kMagic.size()) == kMagic, "it does not begin as one");
  std::uint64_t checksum = 0;
  bytes(checksum);
  ByteReader::require(checksum == checksum_of(bytes.left()), "its checksum differs");
  check_version(bytes.text());

  Fold fold(options);
  const std::size_t texts = bytes.count(sizeof(std::uint32_t));
  for (std::size_t id = 0; id < texts; ++id) ByteReader::require(fold.texts_.intern(bytes.text()) == id, "a text twice");
  bytes.set_texts(texts);
  const std::size_t days = bytes.count(kLeastBytes<std::int32_t>);
  for (std::size_t i = 0; i < days; ++i) {
    Day number;
    bytes(number.number);
    ByteReader::require(options.first_day <= number && number <= options.last_day && !options.left_out.contains(number),
                        "a day that is no part of the run");
    const auto [entry, added] = fold.days_.try_emplace(number);
    ByteReader::require(added, "a day twice");
    DayTables& day = entry->second;
    bytes(day.rows);
    day.pods.read(bytes, fold.texts_);
    day.capacity.read(bytes);
    day.placements.read(bytes);
    day.storage.read(bytes);
    day.node_labels.read(bytes);
    day.namespace_labels.read(bytes);
    day.roles.read(bytes);
  }
  ByteReader::require(bytes.left().empty(), "more follows");
  return fold;
}

}  // namespace costmill
