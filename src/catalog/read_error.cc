#include "catalog/read_error.h"

#include <memory>
#include <string_view>
#include <utility>

namespace costmill {
namespace {

constexpr const char* kTypeId = "costmill::Error";

class ErrorDetail : public arrow::StatusDetail {
 public:
  explicit ErrorDetail(std::shared_ptr<const Error> error) : error_(std::move(error)) {}

  const char* type_id() const override { return kTypeId; }
  std::string ToString() const override { return error_->what(); }
  const Error& error() const { return *error_; }

 private:
  std::shared_ptr<const Error> error_;
};

}  // namespace

arrow::Status status_of(const Error& error) {
  return arrow::Status::IOError(error.what()).WithDetail(std::make_shared<ErrorDetail>(std::make_shared<const Error>(error)));
}

const Error* error_in(const arrow::Status& status) {
  const auto& detail = status.detail();
  if (detail == nullptr || std::string_view(detail->type_id()) != kTypeId) return nullptr;
  return &static_cast<const ErrorDetail&>(*detail).error();
}

}  // namespace costmill
