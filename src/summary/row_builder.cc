#include "summary/row_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "texts/printable.h"
#include "texts/utf8.h"

namespace costmill {

TextId RowBuilder::text(TextId fold_text, Column column, RowPlace place) {
  if (fold_text == kNullText) return kNullText;
  if (fold_text >= texts_.size()) texts_.resize(fold_texts_.size(), kNullText);
  TextId& id = texts_[fold_text];
  // All text columns of a row have the same limit, so a text that passed once passes everywhere.
  if (id == kNullText) id = checked_text(fold_texts_[fold_text], column, place);
  return id;
}

TextId RowBuilder::checked_text(std::string_view text, Column column, RowPlace place) {
  const ColumnDef& def = def_of(column);
  const auto refused = [&](const std::string& what) {
    refuse(Refusal(what, std::string(def.name), place));
    return kNullText;
  };
  if (!valid_utf8(text)) return refused(fmt::format("text {} is not UTF-8", as_shown(text)));
  if (text.find('\0') != std::string_view::npos) return refused(fmt::format("text {} holds a NUL character", as_shown(text)));
  const std::size_t code_points = code_point_count(text);
  if (code_points > def.max_code_points) {
    std::size_t excess = code_points - def.max_code_points;
    while (excess > 0 && text.ends_with(' ')) {
      text.remove_suffix(1);
      --excess;
    }
    if (excess > 0) {
      return refused(fmt::format("text {} has {} characters, {} are allowed", as_shown(text), code_points, def.max_code_points));
    }
  }
  return day_.texts.intern(text);
}

TextId RowBuilder::json(LabelMapId map) {
  if (map == kNullLabelMap) return kNullText;
  if (map >= jsons_.size()) jsons_.resize(labels_.size(), kNullText);
  if (jsons_[map] == kNullText) jsons_[map] = day_.texts.adopt(labels_.json(map));
  return jsons_[map];
}

void RowBuilder::refuse_number(Column column, double number, const RowPlace& place) {
  refuse(Refusal(fmt::format("{} would become {}, which numeric(33,15) cannot hold", def_of(column).name, number),
                 std::string(def_of(column).name), place));
}

}  // namespace costmill
