// Which URIs this version can work with.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "config/resolve.h"
#include "config/secrets.h"
#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

struct Scheme {
  std::string_view name;
  std::string_view form;
};

constexpr Scheme kInputs[] = {{"file", "file:DIR"}, {"s3", "s3://BUCKET/PREFIX"}};
constexpr Scheme kPostgres = {"postgresql", "postgresql://USER@HOST/DATABASE"};
constexpr Scheme kReferences[] = {{"csv", "csv:DIR"}, kPostgres};
constexpr Scheme kSinks[] = {kPostgres, {"sqlite", "sqlite:FILE"}, {"parquet", "parquet:DIR"}, {"csv", "csv:DIR"}};

// What a URI is for, in the words of messages.
struct Role {
  std::string_view name;    // of the key and the option
  std::string_view action;  // what this version does with it
  std::span<const Scheme> schemes;
};

std::string forms_of(std::span<const Scheme> schemes) {
  std::string forms;
  for (const Scheme& scheme : schemes) forms += fmt::format("{}{}", forms.empty() ? "" : ", ", scheme.form);
  return forms;
}

void check(const Role& role, const std::string& uri, const std::string& origin) {
  const std::size_t colon = uri.find(':');
  const std::string_view written = std::string_view(uri).substr(0, colon == std::string::npos ? 0 : colon);
  const std::string_view scheme = written == "postgres" ? kPostgres.name : written;
  const bool is_known =
      std::any_of(role.schemes.begin(), role.schemes.end(), [&](const Scheme& candidate) { return candidate.name == scheme; });
  if (is_known && colon + 1 < uri.size()) return;
  const std::string shown = as_shown(shown_uri(uri));
  const std::string forms = forms_of(role.schemes);
  if (is_known) throw Error(ErrorCode::kBadConfig, fmt::format("{} {} ({}) lacks its path: give {}", role.name, shown, origin, forms));
  throw Error(ErrorCode::kBadConfig,
              fmt::format("{} {} ({}): this version {} only {}; give --{}", role.name, shown, origin, role.action, forms, role.name));
}

}  // namespace

void check_sink_uri(const std::string& uri, const std::string& origin) {
  check({.name = "sink", .action = "writes and reads", .schemes = kSinks}, uri, origin);
}

void check_uris(const Config& config) {
  if (config.run.input.empty()) {
    throw Error(ErrorCode::kBadConfig,
                "no input: give --input file:DIR or --input s3://BUCKET/PREFIX, or run.input or s3.bucket in the config; `costmill sample "
                "DIR` writes "
                "data to try");
  }
  check({.name = "input", .action = "reads", .schemes = kInputs}, config.run.input, config.run.input_origin);
  check_sink_uri(config.run.sink, config.run.sink_origin);
  if (config.run.reference) {
    check({.name = "reference", .action = "reads", .schemes = kReferences}, *config.run.reference, config.run.reference_origin);
  }
}

}  // namespace costmill
