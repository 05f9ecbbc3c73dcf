#include <cstring>

#include "scan/column_readers.h"
#include "scan/column_types.h"
#include "scan/level_reader.h"

namespace costmill {
namespace {

constexpr TextId kNotInterned = kNullText;

std::string_view view_of(const parquet::ByteArray& bytes) { return {reinterpret_cast<const char*>(bytes.ptr), bytes.len}; }

// The column chunk is dictionary-coded throughout: a code is looked up in an array, a text is interned when its code is first met.
class CodedTextReader final : public TextReader {
 public:
  CodedTextReader(std::shared_ptr<parquet::ColumnReader> reader, Texts& texts, ColumnPlace place)
      : levels_(std::move(reader), std::move(place)), texts_(texts) {}

  void read(std::size_t rows, std::vector<TextId>& out) override {
    out.resize(rows);
    for (std::size_t done = 0; done < rows;) {
      const parquet::ByteArray* dictionary = nullptr;
      std::int32_t dictionary_size = 0;
      const std::size_t read = levels_.read_some_codes(rows - done, codes_, &dictionary, &dictionary_size);
      if (dictionary != nullptr) {
        dictionary_ = dictionary;
        ids_.resize(static_cast<std::size_t>(dictionary_size), kNotInterned);
      }
      std::size_t value = 0;
      for (std::size_t i = 0; i < read; ++i) out[done + i] = levels_.is_valid(i) ? id_of(codes_[value++]) : kNullText;
      done += read;
    }
  }

 private:
  TextId id_of(std::int32_t code) {
    if (static_cast<std::uint32_t>(code) >= ids_.size()) throw_bad_code(code);
    TextId& id = ids_[static_cast<std::size_t>(code)];
    if (id == kNotInterned) id = texts_.intern(view_of(dictionary_[code]));
    return id;
  }

  [[noreturn]] void throw_bad_code(std::int32_t code) const {
    const ColumnPlace& place = levels_.place();
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}, column {}: row group {} uses code {} of a dictionary of {}; write or upload the file again", place.file,
                            place.column, place.row_group, code, ids_.size()),
                {.file = place.file, .column = place.column});
  }

  LevelReader<parquet::ByteArrayType> levels_;
  Texts& texts_;
  const parquet::ByteArray* dictionary_ = nullptr;
  std::vector<std::int32_t> codes_;
  std::vector<TextId> ids_;  // by dictionary code
};

// Texts lie in the pages (wholly, or from where the dictionary overflowed). Runs of one text are common: it is compared with
// the one before it first.
class PlainTextReader final : public TextReader {
 public:
  PlainTextReader(std::shared_ptr<parquet::ColumnReader> reader, Texts& texts, ColumnPlace place)
      : levels_(std::move(reader), std::move(place)), texts_(texts) {}

  void read(std::size_t rows, std::vector<TextId>& out) override {
    out.resize(rows);
    for (std::size_t done = 0; done < rows;) {
      const std::size_t read = levels_.read_some(rows - done);
      std::size_t value = 0;
      for (std::size_t i = 0; i < read; ++i) out[done + i] = levels_.is_valid(i) ? id_of(view_of(levels_.values()[value++])) : kNullText;
      done += read;
    }
  }

 private:
  TextId id_of(std::string_view text) {
    if (last_ != kNullText && texts_[last_] == text) return last_;
    last_ = texts_.intern(text);
    return last_;
  }

  LevelReader<parquet::ByteArrayType> levels_;
  Texts& texts_;
  TextId last_ = kNullText;
};

}  // namespace

std::unique_ptr<TextReader> make_text_reader(parquet::RowGroupReader& row_group, int column, TextCoding coding, Texts& texts,
                                             ColumnPlace place) {
  const parquet::ColumnDescriptor& type = *row_group.metadata()->schema()->Column(column);
  require_flat(type, place);
  if (is_null_type(type)) return nullptr;
  if (!is_text_type(type)) throw_wrong_type(type, "text", place);
  if (coding == TextCoding::kPlainText) return std::make_unique<PlainTextReader>(row_group.Column(column), texts, std::move(place));
  auto reader = row_group.ColumnWithExposeEncoding(column, parquet::ExposedEncoding::DICTIONARY);
  if (reader->GetExposedEncoding() != parquet::ExposedEncoding::DICTIONARY) {
    return std::make_unique<PlainTextReader>(std::move(reader), texts, std::move(place));
  }
  return std::make_unique<CodedTextReader>(std::move(reader), texts, std::move(place));
}

}  // namespace costmill
