// The page of a report: one HTML file that holds all it needs.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

// The page without its data, as report/build.mjs bundles it. Part of the program, not of the library.
std::string_view report_page();

// The page with the JSON in its place. Nothing in the JSON can end the element that holds it, or mean markup.
std::string page_with(std::string_view page, std::string_view json);

}  // namespace costmill
