#include "config_under_test.h"
#include "costmill/error.h"

namespace costmill {
namespace {

MetricsConfig metrics_of(const std::string& yaml) { return resolve_metrics(settings_of("metrics: " + yaml)); }

TEST(Metrics, NothingIsWantedByDefault) {
  const MetricsConfig metrics = metrics_of("{}");
  EXPECT_EQ(metrics.file + metrics.push_url + metrics.listen_port, "");
}

TEST(Metrics, AGatewayWithoutAPathGetsThatOfTheJob) {
  EXPECT_EQ(metrics_of("{push_url: 'http://push:9091'}").push_url, "http://push:9091/metrics/job/costmill");
  EXPECT_EQ(metrics_of("{push_url: 'https://u:p%2F@push/'}").push_url, "https://u:p%2F@push/metrics/job/costmill");
  EXPECT_EQ(metrics_of("{push_url: 'http://push:9091/metrics/job/a/instance/b'}").push_url, "http://push:9091/metrics/job/a/instance/b");
}

TEST(Metrics, AnAddressWithoutAHostIsTheLoopbacks) {
  const auto listen = [](const std::string& text) {
    const MetricsConfig metrics = metrics_of("{listen: '" + text + "'}");
    return metrics.listen_host + " " + metrics.listen_port;
  };
  EXPECT_EQ(listen(":9464"), "127.0.0.1 9464");
  EXPECT_EQ(listen("0.0.0.0:9464"), "0.0.0.0 9464");
  EXPECT_EQ(listen("localhost:0"), "localhost 0");
  EXPECT_EQ(listen("[::1]:9464"), "::1 9464");
}

TEST(Metrics, WhatIsNoAddressIsRefusedWithoutRepeatingIt) {
  for (const std::string value : {"push_url: 's3cret:9091'", "push_url: 'ftp://s3cret'", "push_url: 'http://u:s3cret/x@h'",
                                  "push_url: 'http://'", "push_url: 'http://h/?token=s3cret'", "listen: '9464'", "listen: 'h:'",
                                  "listen: 'h:65536'", "listen: 'h:-1'", "listen: '::1:9464'", "listen: 'h:http'"}) {
    try {
      metrics_of("{" + value + "}");
      ADD_FAILURE() << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadConfig);
      EXPECT_EQ(std::string(error.what()).find("s3cret"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace costmill
