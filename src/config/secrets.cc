#include "config/secrets.h"

namespace costmill {
namespace {

// Position and length of the password in user:password@; length npos: none.
struct Span {
  std::size_t begin = 0;
  std::size_t length = std::string_view::npos;
};

Span password_of_user(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t begin = scheme + 3;
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

Span password_parameter(std::string_view uri, std::size_t from) {
  constexpr std::string_view kName = "password=";
  const std::size_t name = uri.find(kName, from);
  if (name == std::string_view::npos) return {};
  const std::size_t begin = name + kName.size();
  const std::size_t end = uri.find_first_of("&# ", begin);
  return {begin, (end == std::string_view::npos ? uri.size() : end) - begin};
}

}  // namespace

bool holds_password(std::string_view uri) { return without_password(uri) != uri; }

std::string without_password(std::string_view uri) {
  std::string masked(uri);
  if (const Span span = password_of_user(masked); span.length != std::string_view::npos) masked.replace(span.begin, span.length, kMask);
  for (Span span = password_parameter(masked, 0); span.length != std::string_view::npos;
       span = password_parameter(masked, span.begin + kMask.size())) {
    masked.replace(span.begin, span.length, kMask);
  }
  return masked;
}

}  // namespace costmill
