// Why a day is refused: bad label text, a quantity that is no number, too long a text. Deliberate difference 4 in docs/rules.md.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

#include "summary/row_place.h"

namespace costmill {

// The fold knows files by number; whoever knows their names turns this into an Error.
class Refusal : public std::runtime_error {
 public:
  // what: e.g. "NaN cannot be summed"; column: name in the input, or in the summary where no single input value is to blame.
  Refusal(const std::string& what, std::string column, RowPlace place)
      : std::runtime_error(what), column_(std::move(column)), place_(place) {}

  const std::string& column() const { return column_; }
  const RowPlace& place() const { return place_; }

 private:
  std::string column_;
  RowPlace place_;
};

// Groups come in any order; of several refusals the one with the first place stays, so that the same is named every time.
class FirstRefusal {
 public:
  void add(const Refusal& refusal) {
    const auto order = [](const Refusal& r) { return std::tuple(r.place(), std::string_view(r.column()), std::string_view(r.what())); };
    if (!first_ || order(refusal) < order(*first_)) first_ = refusal;
  }
  void check() const {
    if (first_) throw Refusal(*first_);
  }

 private:
  std::optional<Refusal> first_;
};

}  // namespace costmill
