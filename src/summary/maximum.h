// MAX as the reference has it: skips NULL, and skips NaN unless all are NaN. Rule 0.
#pragma once

#include <cmath>
#include <optional>

namespace costmill {

class Maximum {
 public:
  void add(double value) {
    if (state_ == State::kNumber ? value > value_ : !std::isnan(value)) {
      value_ = value + 0.0;  // -0.0 and 0.0 are equal, so which one stays must not depend on the order
      state_ = State::kNumber;
    } else if (state_ == State::kNone) {
      state_ = State::kOnlyNan;
    }
  }

  void add(const Maximum& other) {
    if (other.state_ == State::kNumber) add(other.value_);
    if (other.state_ == State::kOnlyNan) add(std::nan(""));
  }

  // nullopt: nothing but NULL was added; NaN: nothing but NaN.
  std::optional<double> value() const {
    if (state_ == State::kNone) return std::nullopt;
    return state_ == State::kOnlyNan ? std::nan("") : value_;
  }

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.value_, self.state_); }
  bool is_sound() const { return state_ <= State::kNumber; }

 private:
  enum class State : unsigned char { kNone, kOnlyNan, kNumber };

  double value_ = 0;
  State state_ = State::kNone;
};

}  // namespace costmill
