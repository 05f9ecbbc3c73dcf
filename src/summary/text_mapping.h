// Ids of one Texts expressed in another: how two partial folds come together.
#pragma once

#include <vector>

#include "texts/texts.h"

namespace costmill {

class TextMapping {
 public:
  TextMapping(const Texts& from, Texts& to) {
    ids_.reserve(from.size());
    for (std::size_t id = 0; id < from.size(); ++id) ids_.push_back(to.intern(from[static_cast<TextId>(id)]));
  }

  // As large as the texts are many: nobody copies it by chance.
  TextMapping(const TextMapping&) = delete;
  TextMapping& operator=(const TextMapping&) = delete;

  TextId operator()(TextId id) const { return id == kNullText ? kNullText : ids_[id]; }

 private:
  std::vector<TextId> ids_;
};

}  // namespace costmill
