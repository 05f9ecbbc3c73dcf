#include "scan/column_readers.h"
#include "scan/column_types.h"
#include "scan/page_decoder.h"

namespace costmill {
namespace {

// Dictionary entries are interned once a row group, texts of other pages row by row.
struct Intern {
  Texts& texts;

  TextId operator()(const parquet::ByteArray& bytes, const ColumnPlace&) const {
    return texts.intern({reinterpret_cast<const char*>(bytes.ptr), bytes.len});
  }
};

struct Find {
  const Texts& texts;

  TextId operator()(const parquet::ByteArray& bytes, const ColumnPlace&) const {
    return texts.find({reinterpret_cast<const char*>(bytes.ptr), bytes.len});
  }
};

template <typename Lookup>
class CodedTextReader final : public TextReader {
 public:
  CodedTextReader(const ColumnSource& source, Texts& texts) : decoder_(source, kNullText, Lookup{texts}), valid_(source.pool) {}

  void read(std::size_t rows, std::vector<TextId>& out) override {
    out.resize(rows);
    decoder_.read(rows, out.data(), valid_.reserve(rows));
  }
  void finish() override { decoder_.finish(); }

 private:
  PageDecoder<parquet::ByteArrayType, TextId, Lookup> decoder_;
  Scratch<std::uint8_t> valid_;
};

// Looks every row's text up, as programs do that keep texts as texts.
class PlainTextReader final : public TextReader {
 public:
  PlainTextReader(std::unique_ptr<TextReader> coded, Texts& texts) : coded_(std::move(coded)), texts_(texts) {}

  void read(std::size_t rows, std::vector<TextId>& out) override {
    coded_->read(rows, out);
    for (TextId& id : out) id = id == kNullText ? id : texts_.intern(texts_[id]);
  }
  void finish() override { coded_->finish(); }

 private:
  std::unique_ptr<TextReader> coded_;
  Texts& texts_;
};

}  // namespace

std::unique_ptr<TextReader> make_text_reader(const ColumnSource& source, TextCoding coding, TextScope scope, Texts& texts) {
  require_flat(source.type(), source.place);
  if (is_null_type(source.type())) {
    require_only_nulls(source);
    return nullptr;
  }
  if (!is_text_type(source.type())) throw_wrong_type(source.type(), "text", source.place);
  std::unique_ptr<TextReader> reader;
  if (scope == TextScope::kKnown) {
    reader = std::make_unique<CodedTextReader<Find>>(source, texts);
  } else {
    reader = std::make_unique<CodedTextReader<Intern>>(source, texts);
  }
  if (coding == TextCoding::kDictionaryCodes) return reader;
  return std::make_unique<PlainTextReader>(std::move(reader), texts);
}

}  // namespace costmill
