// Values by text, for texts that are asked for again and again.
#pragma once

#include <vector>

#include "texts/texts.h"

namespace costmill {

// A vector over the ids of a Texts that is complete; kNullText has a place of its own.
template <typename Value>
class ByText {
 public:
  ByText(const Texts& texts, const Value& unknown) : values_(texts.size() + 1, unknown) {}

  Value& operator[](TextId id) { return values_[id + TextId{1}]; }
  const Value& operator[](TextId id) const { return values_[id + TextId{1}]; }

 private:
  std::vector<Value> values_;
};

}  // namespace costmill
