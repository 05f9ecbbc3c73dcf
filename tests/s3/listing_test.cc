#include "s3/listing.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

std::string page(const std::string& inside) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)" + inside +
         "</ListBucketResult>";
}

constexpr const char* kLast = "<IsTruncated>false</IsTruncated>";
constexpr const char* kObject = "<Contents><Key>a/b.parquet</Key><ETag>&quot;0f-2&quot;</ETag><Size>12</Size></Contents>";

TEST(ListingPages, ObjectsAndFoldersAreRead) {
  const auto read = parse_listing_page(
      page(std::string("<KeyCount>2</KeyCount>") + kLast + kObject + "<CommonPrefixes><Prefix>a/c/</Prefix></CommonPrefixes>"));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->objects.size(), 1U);
  EXPECT_EQ(read->objects[0].key, "a/b.parquet");
  EXPECT_EQ(read->objects[0].bytes, 12U);
  EXPECT_EQ(read->objects[0].etag, "0f-2");
  EXPECT_EQ(read->prefixes, std::vector<std::string>{"a/c/"});
  EXPECT_EQ(read->next, "");
}

TEST(ListingPages, AnEmptyOneIsWhole) {
  const auto read = parse_listing_page(page(kLast));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->objects.empty() && read->prefixes.empty());
}

TEST(ListingPages, ATokenLeadsOn) {
  const auto read = parse_listing_page(page("<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->next, "a&b=");
}

TEST(ListingPages, KeysAreKeptAsTheyAre) {
  const auto read = parse_listing_page(page(std::string(kLast) +
                                            "<Contents><Key> a &lt;&amp;&gt; \xC3\xBC%2e\r\n</Key><ETag>x</ETag><Size>0</Size></Contents>"
                                            "<Contents><Key> </Key><ETag>x</ETag><Size>0</Size></Contents>"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->objects[0].key, " a <&> \xC3\xBC%2e\r\n");
  EXPECT_EQ(read->objects[1].key, " ");
}

TEST(ListingPages, F22HalfOnesAreNone) {
  const std::string whole = page(std::string("<KeyCount>1</KeyCount>") + kLast + kObject);
  ASSERT_TRUE(parse_listing_page(whole));
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) EXPECT_FALSE(parse_listing_page(whole.substr(0, bytes))) << bytes;
  EXPECT_FALSE(parse_listing_page(page(std::string("<KeyCount>2</KeyCount>") + kLast + kObject))) << "an entry is missing";
  EXPECT_FALSE(parse_listing_page(page("<IsTruncated>true</IsTruncated>"))) << "no token";
  EXPECT_FALSE(parse_listing_page(page(""))) << "whether others follow is not said";
  EXPECT_FALSE(parse_listing_page(page("<IsTruncated>perhaps</IsTruncated>")));
  EXPECT_FALSE(parse_listing_page("<html><body>Log in</body></html>"));
  for (const char* broken :
       {"<Contents><Key>a</Key><ETag>x</ETag></Contents>", "<Contents><Key>a</Key><Size>1</Size></Contents>",
        "<Contents><ETag>x</ETag><Size>1</Size></Contents>", "<Contents><Key>a</Key><ETag>x</ETag><Size>-1</Size></Contents>",
        "<Contents><Key>a</Key><ETag>x</ETag><Size>1x</Size></Contents>",
        "<Contents><Key>a</Key><ETag>x</ETag><Size>18446744073709551615</Size></Contents>",
        "<Contents><Key>a</Key><ETag>&quot;x&quot;&#13;&#10;Injected: yes</ETag><Size>1</Size></Contents>"}) {
    EXPECT_FALSE(parse_listing_page(page(std::string(kLast) + broken))) << broken;
  }
}

TEST(ListingPages, WeakTagsNameTheSameVersion) {
  EXPECT_EQ(without_quotes("W/\"0f-2\""), "0f-2");
  EXPECT_EQ(without_quotes("\"0f-2\""), "0f-2");
}

TEST(ListingPages, OfErrorsOnlyWordsAreRead) {
  EXPECT_EQ(parse_error("<Error><Code>AccessDenied</Code><Message>cut o").code, "AccessDenied");
  EXPECT_EQ(parse_error("<Error><Code>\x1b[31m</Code></Error>").code, "");
  EXPECT_EQ(parse_error("<Error><Code>" + std::string(65, 'x') + "</Code></Error>").code, "");
  EXPECT_EQ(word_of("eu-west-1"), "eu-west-1");
  EXPECT_EQ(word_of("token+/="), "");
}

TEST(ListingPages, ErrorsAreRead) {
  const S3ErrorText error = parse_error("<?xml version=\"1.0\"?><Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region></Error>");
  EXPECT_EQ(error.code, "PermanentRedirect");
  EXPECT_EQ(error.region, "eu-west-1");
  EXPECT_EQ(parse_error("").code, "");
  EXPECT_EQ(parse_error("not XML").code, "");
}

}  // namespace
}  // namespace costmill
