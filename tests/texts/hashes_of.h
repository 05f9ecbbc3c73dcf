// Sets of hashed texts for tests.
#pragma once

#include <initializer_list>
#include <string_view>

#include "texts/text_hashes.h"

namespace costmill {

// Each element is one text, or several that belong together: {{"app"}, {"n1", "i-1"}}.
inline TextHashes hashes_of(std::initializer_list<std::initializer_list<std::string_view>> texts) {
  TextHashes hashes;
  for (const auto& text : texts) hashes.add(TextHashes::hash_of(text));
  return hashes;
}

}  // namespace costmill
