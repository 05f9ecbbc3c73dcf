// Label values that are fractions or have an exponent become the text that the reference's engine, written in Java, makes of them.
// Rule 2.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

// The double nearest to a JSON number, ties to even; infinite or (signed) zero if it is out of range.
double nearest_double(std::string_view json_number);

// Shortest digits that give the double back, as 1.5E0, 1.0E-1, -0.0E0, Infinity. Not for NaN.
std::string java_text(double value);

}  // namespace costmill
