#include "csv/csv_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "costmill/error.h"

namespace costmill {
namespace {

class Csv : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  std::string file_of(std::string_view content) {
    std::ofstream(path_, std::ios::binary) << content;
    return path_;
  }

  std::vector<CsvRow> rows_of(std::string_view content) {
    CsvReader reader(file_of(content));
    std::vector<CsvRow> rows;
    for (CsvRow row; reader.next(row);) rows.push_back(row);
    return rows;
  }

  Error error_of(std::string_view content) {
    try {
      rows_of(content);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error for " << content;
    return Error(ErrorCode::kBug, "");
  }

  std::string path_ = testing::TempDir() + "csv_reader_test." + std::to_string(::getpid()) + ".csv";
};

TEST_F(Csv, TellsNullFromEmptyAndFromTheTextBackslashN) {
  EXPECT_EQ(rows_of("a,b,c\n\\N,,\"\\N\"\n"), (std::vector<CsvRow>{{"a", "b", "c"}, {std::nullopt, "", "\\N"}}));
}

TEST_F(Csv, QuotedFieldsHoldAnything) {
  EXPECT_EQ(rows_of("\"a,\"\"b\"\"\r\nc\",\"\"\r\nd,e"), (std::vector<CsvRow>{{"a,\"b\"\r\nc", ""}, {"d", "e"}}));
}

TEST_F(Csv, ALastRecordNeedsNoLineEnd) {
  EXPECT_EQ(rows_of("a,"), (std::vector<CsvRow>{{"a", ""}}));
  EXPECT_EQ(rows_of("\"a\""), (std::vector<CsvRow>{{"a"}}));
  EXPECT_EQ(rows_of("a,\\N"), (std::vector<CsvRow>{{"a", std::nullopt}}));
}

TEST_F(Csv, SkipsBlankLinesAndTheByteOrderMark) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"
                    "a,b\n\n\r\nc,d\n\n"),
            (std::vector<CsvRow>{{"a", "b"}, {"c", "d"}}));
  EXPECT_TRUE(rows_of("").empty());
  EXPECT_EQ(rows_of("\"\"\n"), (std::vector<CsvRow>{{""}}));
}

TEST_F(Csv, NamesFileAndLineOfABrokenRecord) {
  for (const char* content : {"a\n\"b\nc\"\n\"never closed\n", "a\n\"b\nc\"\n\"x\"y\n", "a\n\"b\nc\"\n\"x\" ,y\n"}) {
    const Error error = error_of(content);
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("line 4"), std::string::npos) << error.what();
    EXPECT_EQ(error.place().file, path_);
  }
  EXPECT_EQ(error_of(std::string_view("a\0b\n", 4)).code(), ErrorCode::kBadInput);
  EXPECT_EQ(error_of(std::string_view("\"a\0b\"\n", 6)).code(), ErrorCode::kBadInput);
}

TEST_F(Csv, AMissingFileIsUnavailable) {
  try {
    CsvReader reader("/nowhere/at/all.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInputUnavailable);
  }
}

TEST_F(Csv, SeeksBackToAnyRecord) {
  std::string content = "k,v\n";
  for (int i = 0; i < 50'000; ++i) content += std::to_string(i) + ",\"line\n" + std::to_string(i) + "\"\n";
  CsvReader reader(file_of(content));
  CsvRow row;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  do {
    places.emplace_back(reader.offset(), reader.next_line());
  } while (reader.next(row));
  for (const std::size_t record : {50'000, 1, 25'000, 25'001, 49'999}) {
    reader.seek(places[record].first, places[record].second);
    ASSERT_TRUE(reader.next(row));
    EXPECT_EQ(row[0], std::to_string(record - 1));
    EXPECT_EQ(reader.line(), 2 * (record - 1) + 2);
  }
}

TEST_F(Csv, ARecordMayBeLongerThanTheBuffer) {
  const std::string huge(3'000'000, '"');
  std::string content = "first\n";
  append_csv_field(content, huge);
  content += ",x\nlast\n";
  EXPECT_EQ(rows_of(content), (std::vector<CsvRow>{{"first"}, {huge, "x"}, {"last"}}));
}

TEST_F(Csv, WhatIsAppendedReadsBackWhereverTheBufferEnds) {
  std::mt19937 random(11);
  const std::string_view pieces[] = {
      "\"", ",", "\n", "\r", "\r\n", "\\N", "\\", "x", "\xF0\x9F\x98\x80", "\t", " ", "long text of a label"};
  std::vector<CsvRow> rows;
  std::string content;
  while (content.size() < 2'000'000) {
    CsvRow row;
    for (int field = 0; field < 3; ++field) {
      if (random() % 8 == 0) {
        row.emplace_back(std::nullopt);
      } else {
        std::string text;
        for (auto left = random() % 6; left > 0; --left) text += pieces[random() % std::size(pieces)];
        row.emplace_back(std::move(text));
      }
      if (field > 0) content.push_back(',');
      append_csv_field(content, row.back() ? std::optional<std::string_view>(*row.back()) : std::nullopt);
    }
    content.push_back('\n');
    rows.push_back(std::move(row));
  }
  EXPECT_EQ(rows_of(content), rows);
}

TEST(CsvField, IsQuotedOnlyWhereItMustBe) {
  const auto field = [](std::optional<std::string_view> text) {
    std::string out;
    append_csv_field(out, text);
    return out;
  };
  EXPECT_EQ(field(std::nullopt), "\\N");
  EXPECT_EQ(field("\\N"), "\"\\N\"");
  EXPECT_EQ(field(""), "");
  EXPECT_EQ(field(" a\tb\\ "), " a\tb\\ ");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(field("a\rb"), "\"a\rb\"");
  EXPECT_EQ(field("a\nb"), "\"a\nb\"");
}

}  // namespace
}  // namespace costmill
