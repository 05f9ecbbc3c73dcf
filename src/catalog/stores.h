// The stores behind open_store().
#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "catalog/store.h"

namespace costmill {

std::unique_ptr<Store> open_local_store(std::string_view uri);
std::unique_ptr<Store> open_s3_store(std::string_view uri, const S3Config& s3, const std::atomic<bool>* cancelled);

}  // namespace costmill
