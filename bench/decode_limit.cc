// The decode limit: decodes the columns that the rules need of a kind of table with Parquet's low-level readers, on one thread, and
// throws all values away. No program that reads these columns with this library can take less.
//
// usage: decode_limit KIND FILE_OR_FOLDER...     KIND: pods, capacity, daily, storage
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr std::int64_t kBatchRows = 16 * 1024;

Names operator+(Names left, const Names& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const Names kNumbersOfPods = {"pod_usage_cpu_core_seconds",
                              "pod_request_cpu_core_seconds",
                              "pod_effective_usage_cpu_core_seconds",
                              "pod_limit_cpu_core_seconds",
                              "pod_usage_memory_byte_seconds",
                              "pod_request_memory_byte_seconds",
                              "pod_effective_usage_memory_byte_seconds",
                              "pod_limit_memory_byte_seconds",
                              "node_capacity_cpu_cores",
                              "node_capacity_memory_bytes"};
const Names kCapacity = {"interval_start", "node", "node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds"};

const std::map<std::string, Names> kColumnsOfKind = {
    {"capacity", kCapacity},
    {"pods", kCapacity + Names{"namespace", "resource_id", "pod_labels"} + kNumbersOfPods},
    {"daily", Names{"interval_start", "namespace", "node", "pod", "resource_id", "pod_labels"} + kNumbersOfPods},
    {"storage",
     {"interval_start", "namespace", "pod", "persistentvolumeclaim", "persistentvolume", "storageclass", "csi_volume_handle",
      "persistentvolume_labels", "persistentvolumeclaim_labels", "persistentvolumeclaim_capacity_bytes",
      "persistentvolumeclaim_capacity_byte_seconds", "volume_request_storage_byte_seconds", "persistentvolumeclaim_usage_byte_seconds"}}};

class Discarded {
 public:
  virtual ~Discarded() = default;
  virtual void read(std::int64_t rows) = 0;
};

template <typename DType>
class Values final : public Discarded {
 public:
  Values(parquet::RowGroupReader& group, int column, bool coded) : coded_(coded) {
    std::shared_ptr<parquet::ColumnReader> reader =
        coded ? group.ColumnWithExposeEncoding(column, parquet::ExposedEncoding::DICTIONARY) : group.Column(column);
    coded_ = coded && reader->GetExposedEncoding() == parquet::ExposedEncoding::DICTIONARY;
    reader_ = std::static_pointer_cast<parquet::TypedColumnReader<DType>>(reader);
    levels_.resize(kBatchRows);
    coded_ ? codes_.resize(kBatchRows) : values_.resize(kBatchRows);
  }

  void read(std::int64_t rows) override {
    while (rows > 0) {
      if (!reader_->HasNext()) throw std::runtime_error("a column ends before its last row");
      rows -= coded_ ? read_codes(rows) : read_values(rows);
    }
  }

 private:
  std::int64_t read_values(std::int64_t rows) {
    std::int64_t read = 0;
    return reader_->ReadBatch(rows, levels_.data(), nullptr, values_.data(), &read);
  }

  std::int64_t read_codes(std::int64_t rows) {
    if constexpr (std::is_same_v<DType, parquet::ByteArrayType>) {
      std::int64_t read = 0;
      const parquet::ByteArray* dictionary = nullptr;
      std::int32_t dictionary_size = 0;
      return reader_->ReadBatchWithDictionary(rows, levels_.data(), nullptr, codes_.data(), &read, &dictionary, &dictionary_size);
    } else {
      return read_values(rows);
    }
  }

  bool coded_;
  std::shared_ptr<parquet::TypedColumnReader<DType>> reader_;
  std::vector<std::int16_t> levels_;
  std::vector<typename DType::c_type> values_;
  std::vector<std::int32_t> codes_;
};

std::unique_ptr<Discarded> make_column(parquet::RowGroupReader& group, int column) {
  switch (group.metadata()->schema()->Column(column)->physical_type()) {
    case parquet::Type::INT32: return std::make_unique<Values<parquet::Int32Type>>(group, column, false);
    case parquet::Type::INT64: return std::make_unique<Values<parquet::Int64Type>>(group, column, false);
    case parquet::Type::DOUBLE: return std::make_unique<Values<parquet::DoubleType>>(group, column, false);
    case parquet::Type::BYTE_ARRAY: return std::make_unique<Values<parquet::ByteArrayType>>(group, column, true);
    default: throw std::runtime_error("a column has a type that the generator does not write");
  }
}

std::int64_t decode(const std::string& file, const Names& names) {
  const auto reader = parquet::ParquetFileReader::OpenFile(file);
  for (int number = 0; number < reader->metadata()->num_row_groups(); ++number) {
    const auto group = reader->RowGroup(number);
    std::vector<std::unique_ptr<Discarded>> columns;
    for (const std::string& name : names) {
      const int column = reader->metadata()->schema()->ColumnIndex(name);
      if (column < 0) throw std::runtime_error(file + " has no column " + name);
      columns.push_back(make_column(*group, column));
    }
    for (std::int64_t left = group->metadata()->num_rows(); left > 0; left -= kBatchRows)
      for (const auto& column : columns) column->read(std::min(left, kBatchRows));
  }
  return reader->metadata()->num_rows();
}

std::vector<std::string> files_in(const char* path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.path().extension() == ".parquet") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto kind = count > 2 ? kColumnsOfKind.find(arguments[1]) : kColumnsOfKind.end();
    if (kind == kColumnsOfKind.end()) throw std::runtime_error("usage: decode_limit pods|capacity|daily|storage FILE_OR_FOLDER...");
    std::int64_t rows = 0;
    const std::clock_t begin = std::clock();
    for (int i = 2; i < count; ++i)
      for (const std::string& file : files_in(arguments[i])) rows += decode(file, kind->second);
    std::printf("rows %lld cpu_seconds %.4f\n", static_cast<long long>(rows), static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "decode_limit: %s\n", error.what());
    return 1;
  }
}
