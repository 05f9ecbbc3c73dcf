#include "catalog/opened_file.h"

#include <arrow/io/memory.h>
#include <gtest/gtest.h>

#include <string>

namespace costmill {
namespace {

class OpenedFiles : public ::testing::Test {
 protected:
  std::string read(std::int64_t position, std::int64_t bytes) { return file_.ReadAt(position, bytes).ValueOrDie()->ToString(); }

  std::shared_ptr<arrow::io::BufferReader> beneath_ = arrow::io::BufferReader::FromString("0123456789abcdef");
  std::shared_ptr<std::atomic<std::int64_t>> fetched_bytes_ = std::make_shared<std::atomic<std::int64_t>>(0);
  OpenedFile file_{beneath_, fetched_bytes_};
};

TEST_F(OpenedFiles, ReadsWithinWhatWasFetchedDoNotReachTheFile) {
  ASSERT_TRUE(file_.fetch({{2, 4}, {10, 6}}).ok());
  ASSERT_TRUE(beneath_->Close().ok());
  EXPECT_EQ(read(2, 4), "2345");
  EXPECT_EQ(read(3, 2), "34");
  EXPECT_EQ(read(10, 6), "abcdef");
  EXPECT_EQ(read(12, 0), "");
  std::string out(3, ' ');
  EXPECT_EQ(file_.ReadAt(11, 3, out.data()).ValueOrDie(), 3);
  EXPECT_EQ(out, "bcd");
  EXPECT_EQ(*fetched_bytes_, 10) << "each byte counts once";
  EXPECT_FALSE(file_.ReadAt(1, 2).ok()) << "this one must";
}

TEST_F(OpenedFiles, AllOthersDo) {
  ASSERT_TRUE(file_.fetch({{2, 4}, {10, 6}}).ok());
  EXPECT_EQ(read(1, 2), "12");
  EXPECT_EQ(read(5, 3), "567") << "partly fetched";
  EXPECT_EQ(read(14, 9), "ef");
  std::string out(3, ' ');
  EXPECT_EQ(file_.ReadAt(5, 3, out.data()).ValueOrDie(), 3);
  EXPECT_EQ(out, "567");
  EXPECT_EQ(file_.GetSize().ValueOrDie(), 16);
  EXPECT_EQ(*fetched_bytes_, 10 + 2 + 3 + 2 + 3);
  EXPECT_EQ(file_.Read(4).ValueOrDie()->ToString(), "0123");
  EXPECT_EQ(*fetched_bytes_, 24);
}

TEST_F(OpenedFiles, AFileThatEndsBeforeIsAnError) {
  const arrow::Status status = file_.fetch({{12, 5}});
  EXPECT_TRUE(status.IsInvalid()) << status.ToString();
  EXPECT_NE(status.message().find("byte 16 instead of 17"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace costmill
