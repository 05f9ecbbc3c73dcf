// What an answer of S3, or the lack of one, means.
#pragma once

#include <chrono>
#include <string>

#include "config/config.h"
#include "costmill/error.h"
#include "s3/http.h"

namespace costmill {

// What was asked for, for messages.
struct S3Operation {
  std::string target;  // s3://BUCKET/KEY
  std::string key;     // of an object; empty: a listing
  std::string bucket;
  std::string etag;  // that the object must have; empty: any
};

// What was tried before giving up.
struct S3Effort {
  int attempts = 0;
  std::chrono::duration<double> seconds{0};
};

// A later answer may be another one: no connection, server in trouble, too many requests. Never where the answer is no.
bool may_pass(const HttpResponse& response);

// Error(kInputUnavailable, kInputDenied, kInputChanged, kCancelled) that says which variable, right or limit is in the way.
Error failure_of(const HttpResponse& response, const S3Operation& operation, const S3Effort& effort, const S3Config& config);

// The object is not the listed one any more.
Error changed(const S3Operation& operation, const std::string& how);

}  // namespace costmill
