// "Did you mean ...?"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace costmill {

// Letters to insert, delete, replace, or swap with the neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate most like `word`; nullopt if none is close enough to be meant.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

// "; did you mean 'chunk_size'?", or nothing.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace costmill
