// Decoders of one column of one row group, batch by batch, into the columns of a Chunk.
#pragma once

#include <parquet/column_reader.h>
#include <parquet/file_reader.h>

#include <memory>
#include <string>

#include "scan/chunk.h"
#include "scan/column_pages.h"

namespace costmill {

enum class TextCoding {
  kDictionaryCodes,  // codes of the Parquet dictionary stay codes: a text is interned once per row group
  kPlainText,        // every row's text is looked up (performance.use_categorical: false)
};

// Each read() fills exactly `rows` rows; finish(), after the last one, finds what should not be there. Errors: kCorrupt (row missing, code
// outside the dictionary), kBadInput (type or value that does not convert without loss).
class TextReader {
 public:
  virtual ~TextReader() = default;
  virtual void read(std::size_t rows, std::vector<TextId>& out) = 0;
  virtual void finish() = 0;
};

class NumberReader {
 public:
  virtual ~NumberReader() = default;
  virtual void read(std::size_t rows, NumberColumn& out) = 0;
  virtual void finish() = 0;
};

class TimeReader {
 public:
  virtual ~TimeReader() = default;
  virtual void read(std::size_t rows, std::vector<std::int64_t>& out_ms) = 0;
  virtual void finish() = 0;
};

enum class TextScope {
  kAll,
  kKnown,  // texts that `texts` lacks read NULL: nobody will ask for them
};

// Null for a column that holds only NULLs, by its type.
std::unique_ptr<TextReader> make_text_reader(const ColumnSource& source, TextCoding coding, TextScope scope, Texts& texts);
std::unique_ptr<NumberReader> make_number_reader(const ColumnSource& source);
std::unique_ptr<TimeReader> make_time_reader(const ColumnSource& source);

// Decodes and throws away (performance.column_filtering: false).
class DiscardingReader {
 public:
  virtual ~DiscardingReader() = default;
  virtual void read(std::size_t rows) = 0;
};
// Null for what is not worth decoding.
std::unique_ptr<DiscardingReader> make_discarding_reader(const ColumnSource& source);

}  // namespace costmill
