// A folder that goes away with the test, and what tests ask of a store over it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>

#include "catalog/store.h"
#include "costmill/error.h"

namespace costmill {

class TempTree {
 public:
  TempTree() {
    std::string pattern = testing::TempDir() + "costmill_XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TempTree() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string uri() const { return "file:" + path_.string(); }

  // Makes the folders on the way.
  std::filesystem::path at(const std::string& file) const {
    const std::filesystem::path path = path_ / file;
    std::filesystem::create_directories(path.parent_path());
    return path;
  }
  void write(const std::string& file, const std::string& content) const { std::ofstream(at(file), std::ios::binary) << content; }
  std::string content(const std::string& file) const {
    std::ifstream stream(path_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path path_;
};

inline StoredFile stored_file(Store& store, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  for (const StoredFile& file : store.list_files(folder)) {
    if (file.path == path) return file;
  }
  throw std::runtime_error("no file " + path);
}

// The Error that the action throws; fails the test if there is none.
inline Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {ErrorCode::kBug, "no error"};
}

}  // namespace costmill
