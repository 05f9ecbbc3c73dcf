#include "s3/listing.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <pugixml.hpp>
#include <string_view>

namespace costmill {
namespace {

// Keys keep their line ends and blanks.
constexpr unsigned kParsing = (pugi::parse_default & ~pugi::parse_eol) | pugi::parse_ws_pcdata_single;

std::optional<std::uint64_t> number_in(const pugi::xml_node& node) {
  const std::string_view text = node.text().get();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// It goes back to the server within a header.
bool is_etag(std::string_view text) {
  return !text.empty() &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7f || c == '"'; });
}

// Arrow counts bytes with a sign.
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int64_t>::max();

}  // namespace

// Servers add W/ to the tag of an answer that something on the way packed or may pack; the version is the same.
std::string without_quotes(std::string etag) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

std::optional<ListingPage> parse_listing_page(const std::string& xml) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), kParsing)) return std::nullopt;
  const pugi::xml_node root = document.child("ListBucketResult");
  const std::string_view truncated = root.child("IsTruncated").text().get();
  if (truncated != "true" && truncated != "false") return std::nullopt;
  ListingPage page;
  for (const pugi::xml_node node : root.children("Contents")) {
    const auto bytes = number_in(node.child("Size"));
    S3Object object{
        .key = node.child("Key").text().get(), .bytes = bytes.value_or(0), .etag = without_quotes(node.child("ETag").text().get())};
    if (!bytes || object.bytes > kMostBytes || object.key.empty() || !is_etag(object.etag)) return std::nullopt;
    page.objects.push_back(std::move(object));
  }
  for (const pugi::xml_node node : root.children("CommonPrefixes")) page.prefixes.emplace_back(node.child("Prefix").text().get());
  const pugi::xml_node count = root.child("KeyCount");
  if (count && number_in(count) != page.objects.size() + page.prefixes.size()) return std::nullopt;
  if (truncated == "true") {
    page.next = root.child("NextContinuationToken").text().get();
    if (page.next.empty()) return std::nullopt;
  }
  return page;
}

std::string word_of(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  return text.size() <= kLongest && std::all_of(text.begin(), text.end(), is_plain) ? std::string(text) : "";
}

S3ErrorText parse_error(const std::string& xml) {
  pugi::xml_document document;
  (void)document.load_buffer(xml.data(), xml.size(), kParsing);  // of one that is cut off, too, the beginning counts
  const pugi::xml_node root = document.child("Error");
  return {word_of(root.child("Code").text().get()), word_of(root.child("Region").text().get())};
}

}  // namespace costmill
