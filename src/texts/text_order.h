// Texts in the order of their bytes.
#pragma once

#include <span>

#include "texts/texts.h"

namespace costmill {

// Sorts ids of `texts` by their texts. Cheaper than comparisons where many texts share long beginnings, as label texts do.
void sort_by_text(std::span<TextId> ids, const Texts& texts);

}  // namespace costmill
