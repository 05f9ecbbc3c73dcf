#include "report/page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "costmill/error.h"

namespace costmill {
namespace {

TEST(Page, TextsOfTheDataCannotEndTheElementThatHoldsThem) {
  const std::string hostile = "</script><!--<img src=x onerror=alert(1)>&\xE2\x80\xA8\xE2\x80\xA9\xE2\x82\xAC";
  const std::string page = page_with("<script>{{data}}</script>", nlohmann::json(hostile).dump());
  const std::string data = page.substr(8, page.size() - 8 - 9);
  for (const char* text : {"<", ">", "&", "\xE2\x80\xA8", "\xE2\x80\xA9"}) EXPECT_EQ(data.find(text), std::string::npos) << text;
  EXPECT_EQ(nlohmann::json::parse(data).get<std::string>(), hostile);
}

TEST(Page, DataThatLooksLikeThePlaceStaysData) { EXPECT_EQ(page_with("a{{data}}b", "\"{{data}}\""), "a\"{{data}}\"b"); }

TEST(Page, APageWithoutAPlaceIsABug) { EXPECT_THROW(page_with("<html>", "{}"), Error); }

}  // namespace
}  // namespace costmill
