#include "csv/csv_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "costmill/error.h"

namespace costmill {
namespace {

// Large enough that system calls do not show in a profile, small enough for hundreds of readers in a merge.
constexpr std::size_t kFirstBufferBytes = 256 * 1024;

// Beyond any table of ours, and what a file of others may cost at most.
constexpr std::size_t kLargestRecordBytes = 256 << 20;
constexpr std::size_t kMostFields = 10'000;

constexpr std::string_view kNull = "\\N";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool ends_field(char c) { return c == ',' || c == '\n'; }

bool must_be_quoted(std::string_view field) {
  for (const char c : field) {
    if (c == ',' || c == '"' || c == '\r' || c == '\n') return true;
  }
  return field == kNull;
}

}  // namespace

// The record being read lies in the buffer as a whole: one that reaches past its end is begun again after a refill.
struct CsvReader::Impl {
  explicit Impl(const std::string& file) : path(file), descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (descriptor < 0) fail_to_read();
    // A named pipe would wait for its writer, a device never end.
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) fail_to_read();
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
      ::close(descriptor);
      throw Error(ErrorCode::kInputUnavailable, fmt::format("cannot read {}: it is no regular file; check the path", path), {.file = path});
    }
    buffer.resize(kFirstBufferBytes);
  }
  ~Impl() { ::close(descriptor); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[noreturn]] void fail_to_read() const {
    const int error = errno;
    const bool denied = error == EACCES || error == EPERM;
    throw Error(denied ? ErrorCode::kInputDenied : ErrorCode::kInputUnavailable,
                fmt::format("cannot read {}: {}; {}", path, std::generic_category().message(error),
                            denied ? "give this user the right to read it" : "check the path"),
                {.file = path});
  }

  [[noreturn]] void fail(const char* problem) const {
    throw Error(ErrorCode::kBadInput, fmt::format("{} line {}: {}; mend the file and run again", path, record_line, problem),
                {.file = path});
  }

  // False if the file has no more bytes.
  bool refill() {
    if (at_end) return false;
    if (begin > 0) {
      std::memmove(buffer.data(), buffer.data() + begin, end - begin);
      buffer_offset += begin;
      end -= begin;
      begin = 0;
    }
    if (end == buffer.size()) {
      if (buffer.size() >= kLargestRecordBytes) fail("a record of more than 256 MiB, perhaps a quote that is never closed");
      buffer.resize(buffer.size() * 2);
    }
    ssize_t got = -1;
    do {
      got = ::pread(descriptor, buffer.data() + end, buffer.size() - end, static_cast<off_t>(buffer_offset + end));
    } while (got < 0 && errno == EINTR);
    if (got < 0) fail_to_read();
    at_end = got == 0;
    end += static_cast<std::size_t>(got);
    return got > 0;
  }

  enum class Parsed { kRecord, kBlank, kNeedsMore };

  std::string& field_text(CsvRow& row, std::size_t index) const {
    if (index == row.size()) row.emplace_back();
    auto& field = row[index];
    if (field) {
      field->clear();  // keeps the memory of the record before
    } else {
      field.emplace();
    }
    return *field;
  }

  // Reads from begin; moves it behind the record unless more bytes are needed.
  Parsed parse(CsvRow& row) {
    std::size_t at = begin;
    std::size_t fields = 0;
    std::uint64_t lines = 0;
    bool quoted = false;
    for (;; ++at) {
      if (fields == kMostFields) fail("more than 10000 fields");
      std::string& text = field_text(row, fields);
      quoted = at < end && buffer[at] == '"';
      if (!(quoted ? parse_quoted(at, text, lines) : parse_plain(at, text))) return Parsed::kNeedsMore;
      if (!quoted && text == kNull) row[fields].reset();
      ++fields;
      if (at == end || buffer[at] == '\n') break;
    }
    const bool blank = fields == 1 && !quoted && row[0] && row[0]->empty();
    if (at < end) {
      ++at;
      ++lines;
    }
    row.resize(fields);
    begin = at;
    next_line += lines;
    return blank ? Parsed::kBlank : Parsed::kRecord;
  }

  // Leaves `at` on the comma or LF, or at the end of the file. False: the buffer ends first.
  bool parse_plain(std::size_t& at, std::string& text) const {
    std::size_t stop = at;
    while (stop < end && !ends_field(buffer[stop])) ++stop;
    if (stop == end && !at_end) return false;
    std::size_t length = stop - at;
    if (length > 0 && buffer[stop - 1] == '\r' && (stop == end || buffer[stop] == '\n')) --length;
    if (std::memchr(buffer.data() + at, '\0', length) != nullptr) fail("a NUL byte");
    text.assign(buffer.data() + at, length);
    at = stop;
    return true;
  }

  bool parse_quoted(std::size_t& at, std::string& text, std::uint64_t& lines) const {
    std::size_t from = at + 1;
    for (;;) {
      const void* const quote = std::memchr(buffer.data() + from, '"', end - from);
      if (quote == nullptr) {
        if (at_end) fail("a quote is never closed");
        return false;
      }
      const auto stop = static_cast<std::size_t>(static_cast<const char*>(quote) - buffer.data());
      if (stop + 2 >= end && !at_end) return false;  // what follows the quote decides: another one, CRLF, ...
      text.append(buffer.data() + from, stop - from);
      from = stop + 1;
      if (from < end && buffer[from] == '"') {
        text.push_back('"');
        ++from;
        continue;
      }
      break;
    }
    if (from < end && buffer[from] == '\r' && (from + 1 == end || buffer[from + 1] == '\n')) ++from;
    if (from < end && !ends_field(buffer[from])) fail("text after a closing quote");
    if (text.find('\0') != std::string::npos) fail("a NUL byte");
    for (const char c : text) lines += c == '\n' ? 1 : 0;
    at = from;
    return true;
  }

  bool next(CsvRow& row) {
    for (;;) {
      record_line = next_line;
      if (buffer_offset + begin == 0) skip_byte_order_mark();
      if (begin == end && !refill()) return false;
      switch (parse(row)) {
        case Parsed::kRecord: return true;
        case Parsed::kBlank: break;
        case Parsed::kNeedsMore: refill(); break;
      }
    }
  }

  void skip_byte_order_mark() {
    while (end < kByteOrderMark.size() && refill()) {
    }
    if (std::string_view(buffer.data(), end).starts_with(kByteOrderMark)) begin = kByteOrderMark.size();
  }

  std::string path;
  int descriptor;
  std::string buffer;
  std::uint64_t buffer_offset = 0;  // of buffer[0] in the file
  std::size_t begin = 0;            // next record
  std::size_t end = 0;              // bytes in the buffer
  bool at_end = false;              // the file holds nothing behind the buffer
  std::uint64_t record_line = 1;
  std::uint64_t next_line = 1;
};

CsvReader::CsvReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
CsvReader::~CsvReader() = default;

bool CsvReader::next(CsvRow& row) { return impl_->next(row); }
std::uint64_t CsvReader::line() const { return impl_->record_line; }
std::uint64_t CsvReader::offset() const { return impl_->buffer_offset + impl_->begin; }
std::uint64_t CsvReader::next_line() const { return impl_->next_line; }

void CsvReader::seek(std::uint64_t offset, std::uint64_t line) {
  impl_->next_line = line;
  if (offset >= impl_->buffer_offset && offset <= impl_->buffer_offset + impl_->end) {
    impl_->begin = static_cast<std::size_t>(offset - impl_->buffer_offset);
    return;
  }
  impl_->buffer_offset = offset;
  impl_->begin = impl_->end = 0;
  impl_->at_end = false;
}

void append_csv_field(std::string& out, std::optional<std::string_view> field) {
  if (!field) {
    out += kNull;
    return;
  }
  if (!must_be_quoted(*field)) {
    out += *field;
    return;
  }
  out.push_back('"');
  for (std::string_view rest = *field;;) {
    const std::size_t quote = rest.find('"');
    out += rest.substr(0, quote);
    if (quote == std::string_view::npos) break;
    out += "\"\"";
    rest.remove_prefix(quote + 1);
  }
  out.push_back('"');
}

}  // namespace costmill
