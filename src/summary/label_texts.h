// Label texts of a day, each parsed once however many rows carry it. Rule 2.
#pragma once

#include <vector>

#include "labels/label_maps.h"
#include "summary/by_text.h"
#include "summary/refusal.h"
#include "texts/text_hashes.h"
#include "texts/texts.h"

namespace costmill {

class LabelTexts {
 public:
  LabelTexts(const Texts& texts, LabelMaps& maps) : texts_(texts), maps_(maps), parsed_(texts, kUnparsed) {}

  // The filtered map of a text; kNullLabelMap for kNullText and for JSON null. A text that rule 2 refuses is remembered with the
  // first place that has it, and gives kEmptyLabelMap: check() must follow.
  LabelMapId map_of(TextId text, const char* column, RowPlace place);

  // Throws the first Refusal by place, if any text was refused.
  void check() const;

  // All keys of the texts, also those that are not enabled.
  TextHashes keys() const;

 private:
  static constexpr LabelMapId kUnparsed = kNullLabelMap - 1;

  void refuse(TextId text, const std::string& reason, const char* column, RowPlace place);

  const Texts& texts_;
  LabelMaps& maps_;
  ByText<LabelMapId> parsed_;
  boost::unordered_flat_map<TextId, std::string> reasons_;  // of the refused ones
  FirstRefusal refusals_;
  std::vector<bool> met_keys_;  // by LabelKeysId
};

}  // namespace costmill
