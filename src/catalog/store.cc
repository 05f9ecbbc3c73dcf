#include "catalog/store.h"

#include <fmt/format.h>

#include "catalog/stores.h"
#include "config/secrets.h"
#include "costmill/error.h"

namespace costmill {

std::unique_ptr<Store> open_store(std::string_view uri, const S3Config& s3, const std::atomic<bool>* cancelled) {
  if (uri.starts_with("file:") && uri != "file:") return open_local_store(uri);
  if (uri.starts_with("s3:")) return open_s3_store(uri, s3, cancelled);
  throw Error(ErrorCode::kBadConfig,
              fmt::format("--input {} is not understood; this version reads file:DIR and s3://BUCKET/PREFIX", without_password(uri)));
}

}  // namespace costmill
