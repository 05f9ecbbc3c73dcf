// Answers of ListObjectsV2, and the XML of errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

struct S3Object {
  std::string key;
  std::uint64_t bytes = 0;
  std::string etag;  // without quotation marks
};

struct ListingPage {
  std::vector<S3Object> objects;
  std::vector<std::string> prefixes;  // of deeper levels, with their '/' at the end
  std::string next;                   // continuation token; empty: the last page
};

// nullopt: no whole page. A page says how many entries it has and whether others follow; both are checked.
std::optional<ListingPage> parse_listing_page(const std::string& xml);

struct S3ErrorText {
  std::string code;  // e.g. NoSuchBucket; empty: the text is no error of S3
  std::string region;
};
S3ErrorText parse_error(const std::string& xml);

// What a server says in a word, such as a code or a region, for messages; empty if it is no word: it may hold whatever was sent to it.
std::string word_of(std::string_view text);

std::string without_quotes(std::string etag);

}  // namespace costmill
