#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "tenant/doctor_checks.h"
#include "tenant/setup.h"

namespace costmill {
namespace {

double seconds_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string shown_seconds(double seconds) {
  constexpr double kHour = 3600;
  return seconds < kHour ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.1f} hours", seconds / kHour);
}

}  // namespace

Finding check_server_version(int version) {
  // Until 9.6 the number has three parts.
  const std::string shown = version >= 100000 ? fmt::format("{}.{}", version / 10000, version % 10000)
                                              : fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
  if (version >= kOldestServerVersion) return {Verdict::kGood, "server version", "PostgreSQL " + shown, ""};
  return {Verdict::kProblem, "server version", fmt::format("PostgreSQL {} is too old", shown),
          fmt::format("upgrade the server to {} or later", kOldestServerVersion / 10000)};
}

Finding check_encryption(PostgresConnection& connection) {
  if (connection.uses_tls()) return {Verdict::kGood, "encryption", "TLS", ""};
  const PostgresResult local =
      connection.execute("SELECT coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true)");
  if (local.boolean(0, 0)) return {Verdict::kGood, "encryption", "none, and none needed: the server is this machine", ""};
  return {Verdict::kWarning, "encryption", "none: passwords and data cross the network in the clear",
          "set postgresql.sslmode=verify-full, with the CA's certificate in PGSSLROOTCERT or ?sslrootcert=FILE"};
}

double clock_lead_seconds(PostgresConnection& connection) {
  const double before = seconds_now();
  const PostgresResult server = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8");
  const double after = seconds_now();
  return (before + after) / 2 - std::stod(server.text(0, 0));
}

Finding check_clock(double lead_seconds) {
  constexpr double kUnnoticed = 30;
  constexpr double kTooFar = 3600;
  const double apart = std::abs(lead_seconds);
  if (apart <= kUnnoticed) return {Verdict::kGood, "clock", "agrees with the server's", ""};
  return {apart > kTooFar ? Verdict::kProblem : Verdict::kWarning, "clock",
          fmt::format("this machine is {} {} the server", shown_seconds(apart), lead_seconds > 0 ? "ahead of" : "behind"),
          "let NTP set both clocks; certificates and times in logs are judged by them"};
}

Finding check_writes(PostgresConnection& connection) {
  const PostgresResult state = connection.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'");
  if (state.boolean(0, 0))
    return {Verdict::kProblem, "writes", "the server is a standby and takes none",
            "connect to the primary (target_session_attrs=read-write)"};
  if (state.boolean(0, 1)) {
    return {Verdict::kProblem, "writes", "transactions are read-only (default_transaction_read_only is on)",
            "turn it off: ALTER ROLE ... or ALTER DATABASE ... SET default_transaction_read_only = off"};
  }
  return {Verdict::kGood, "writes", "allowed", ""};
}

}  // namespace costmill
