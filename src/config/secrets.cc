#include "config/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "config/values.h"

namespace costmill {
namespace {

// Position and length of the password in user:password@; length npos: none.
struct Span {
  std::size_t begin = 0;
  std::size_t length = std::string_view::npos;
};

Span password_of_user(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  const bool lacks_slashes = scheme == std::string_view::npos && uri.starts_with("postgres");
  if (scheme == std::string_view::npos && (!lacks_slashes || uri.find(':') == std::string_view::npos)) return {};
  const std::size_t begin = lacks_slashes ? std::min(uri.find_first_not_of('/', uri.find(':') + 1), uri.size()) : scheme + 3;
  // The last '@' before the path: an unescaped '@' may stand inside a password.
  const std::string_view authority = uri.substr(begin, uri.find_first_of("/?#", begin) - begin);
  std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) {
    // A '/' inside a password hides the '@' from the rule above; better one mask too many.
    at = uri.substr(begin).rfind('@');
    if (at == std::string_view::npos) return {};
  }
  const std::string_view user = uri.substr(begin, at);
  const std::size_t colon = user.find(':');
  if (colon == std::string_view::npos || colon + 1 == user.size()) return {};
  return {begin + colon + 1, user.size() - colon - 1};
}

// libpq takes `pass%77ord` for a name, too.
std::string decoded_name(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    name += is_escape ? static_cast<char>(byte) : text[i];
    if (is_escape) i += 2;
  }
  return lower_case(name);
}

bool names_secret(std::string_view text) {
  const std::string name = decoded_name(text);
  if (name.find_first_of(":/@") != std::string::npos) return false;  // a folder such as parquet:out/token=1
  constexpr std::string_view kSigns[] = {"password",   "secret",     "token",      "signature",
                                         "credential", "access_key", "client_key", "server_key"};
  return std::any_of(std::begin(kSigns), std::end(kSigns), [&](std::string_view sign) { return name.find(sign) != std::string::npos; });
}

// The value of the next parameter from `from` on that is a secret: of a URI's, or of `name = value name='value'`.
Span secret_parameter(std::string_view text, std::size_t from) {
  const bool is_uri = text.find("://") != std::string_view::npos;
  for (std::size_t equals = text.find('=', from); equals != std::string_view::npos; equals = text.find('=', equals + 1)) {
    std::string_view before = text.substr(0, equals);
    before = before.substr(0, before.find_last_not_of(kBlanks) + 1);
    if (!names_secret(before.substr(before.find_last_of("?&;, \t") + 1))) continue;
    const std::size_t begin = std::min(text.find_first_not_of(kBlanks, equals + 1), text.size());
    if (begin < text.size() && text[begin] == '\'') {
      std::size_t end = begin + 1;
      while (end < text.size() && text[end] != '\'') end += text[end] == '\\' ? 2 : 1;
      return {begin, std::min(end + 1, text.size()) - begin};
    }
    return {begin, std::min(text.find_first_of(is_uri ? "&" : "& \t", begin), text.size()) - begin};
  }
  return {};
}

}  // namespace

bool holds_password(std::string_view uri) { return without_password(uri) != uri; }

std::string without_password(std::string_view uri) {
  std::string masked(uri);
  if (const Span span = password_of_user(masked); span.length != std::string_view::npos) masked.replace(span.begin, span.length, kMask);
  for (Span span = secret_parameter(masked, 0); span.length != std::string_view::npos;
       span = secret_parameter(masked, span.begin + kMask.size())) {
    masked.replace(span.begin, span.length, kMask);
  }
  return masked;
}

std::string without_user(std::string_view uri) {
  const std::size_t at = uri.rfind('@');
  if (at == std::string_view::npos) return shown_uri(uri);
  const std::size_t scheme = uri.find("://");
  const std::size_t begin = scheme < at ? scheme + 3 : 0;
  return without_password(fmt::format("{}{}{}", uri.substr(0, begin), kMask, uri.substr(at)));
}

std::string shown_uri(std::string_view uri) {
  constexpr std::string_view kOfPaths[] = {"file", "csv", "sqlite", "parquet", "s3"};
  const std::size_t colon = uri.find(':');
  const std::size_t at = uri.rfind('@');
  const bool is_bare =
      uri.find("://") == std::string_view::npos && colon != std::string_view::npos && at != std::string_view::npos && colon < at;
  if (!is_bare || std::find(std::begin(kOfPaths), std::end(kOfPaths), uri.substr(0, colon)) != std::end(kOfPaths))
    return without_password(uri);
  return fmt::format("{}:{}{}", uri.substr(0, colon), kMask, uri.substr(at));
}

}  // namespace costmill
