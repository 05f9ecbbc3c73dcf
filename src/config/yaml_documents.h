// How many documents a YAML text holds.
#pragma once

#include <string>

namespace costmill {

// Throws YAML::Exception where a second document begins, and for what is no YAML. YAML::LoadAll never ends where a document takes
// nothing from the text, as with `,`; behind this it does.
void require_one_document(const std::string& text);

}  // namespace costmill
