// Writes summary rows: texts of the fold become texts of the day, numbers are checked. Rule 10.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "labels/label_maps.h"
#include "summary/day_rows.h"
#include "summary/refusal.h"

namespace costmill {

class RowBuilder {
 public:
  RowBuilder(DayRows& day, const Texts& fold_texts, const LabelMaps& labels) : day_(day), fold_texts_(fold_texts), labels_(labels) {}

  // A text as the table takes it: valid UTF-8 without NUL, no longer than the column (trailing blanks beyond it are cut).
  // Any other is refused, and kNullText: check() must follow.
  TextId text(TextId fold_text, Column column, RowPlace place);
  // Canonical JSON of a label map; kNullText for kNullLabelMap.
  TextId json(LabelMapId map);
  TextId empty_json() { return json(kEmptyLabelMap); }
  TextId intern(std::string_view text) { return day_.texts.intern(text); }

  // Refuses a number that does not fit numeric(33,15): NaN, infinite, or 10^18 and beyond.
  void set(SummaryRow& row, Column column, std::optional<double> number, const RowPlace& place) {
    if (!number) return;
    if (!(std::fabs(*number) < kNumericLimit)) [[unlikely]]
      return refuse_number(column, *number, place);
    row.number(column) = *number + 0.0;  // -0.0 and 0.0 are one value
  }

  void refuse(const Refusal& refusal) { refusals_.add(refusal); }
  // Throws the first Refusal by place, if anything was refused.
  void check() const { refusals_.check(); }

  // The next row; the one before it may have moved.
  SummaryRow& append() { return day_.rows.emplace_back(); }
  void append(const SummaryRow& row) { day_.rows.push_back(row); }
  DayRows& day() { return day_; }

 private:
  static constexpr double kNumericLimit = 1e18;  // of numeric(33,15)

  void refuse_number(Column column, double number, const RowPlace& place);
  TextId checked_text(std::string_view text, Column column, RowPlace place);

  DayRows& day_;
  const Texts& fold_texts_;
  const LabelMaps& labels_;
  std::vector<TextId> texts_;  // by fold id; kNullText: not met yet
  std::vector<TextId> jsons_;  // by label map
  FirstRefusal refusals_;
};

}  // namespace costmill
