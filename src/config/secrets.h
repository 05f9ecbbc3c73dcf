// Passwords and other secrets inside URIs: found, and masked before they are shown.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

inline constexpr std::string_view kMask = "********";

// scheme://user:password@host, or among the parameters one that is called a password, a secret, a token or the like.
bool holds_password(std::string_view uri);
// The same text with the password replaced by kMask; unchanged if there is none.
std::string without_password(std::string_view uri);

// Of what should be a URI: masks user:password@host as well, with which a URI may begin where its scheme was forgotten.
std::string shown_uri(std::string_view uri);

// Of one whose user name may be a token by itself: masks all that stands before the host.
std::string without_user(std::string_view uri);

}  // namespace costmill
