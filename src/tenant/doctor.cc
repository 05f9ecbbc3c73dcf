#include "tenant/doctor.h"

#include <chrono>
#include <functional>

#include "tenant/doctor_checks.h"

namespace costmill {
namespace {

Day today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return day_of_ms(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// An error's message ends with what to do, behind a semicolon.
Finding finding_of(const std::string& check, const Error& error) {
  const std::string text = error.what();
  const std::size_t semicolon = text.rfind("; ");
  if (semicolon == std::string::npos) return {Verdict::kProblem, check, text, ""};
  return {Verdict::kProblem, check, text.substr(0, semicolon), text.substr(semicolon + 2)};
}

class Examination {
 public:
  Examination(const PostgresTarget& target, NodeTables node_tables) : target_(target), node_tables_(node_tables) {}

  Findings findings() && {
    if (connect() && examine_server()) examine_tenant();
    return std::move(findings_);
  }

 private:
  // Both: false if it found a problem.
  bool note(const std::string& check, const std::function<Findings()>& examine) {
    const std::size_t before = findings_.size();
    try {
      for (Finding& finding : examine()) findings_.push_back(std::move(finding));
    } catch (const Error& error) {
      findings_.push_back(finding_of(check, error));
    }
    for (std::size_t i = before; i < findings_.size(); ++i) {
      if (findings_[i].verdict == Verdict::kProblem) return false;
    }
    return true;
  }
  bool note_one(const std::string& check, const std::function<Finding()>& examine) {
    return note(check, [&] { return Findings{examine()}; });
  }

  bool connect() {
    return note_one("connection", [&]() -> Finding {
      connection_.emplace(target_);
      return {Verdict::kGood, "connection", target_.shown, ""};
    });
  }

  bool examine_server() {
    if (!note_one("server version", [&] { return check_server_version(connection_->server_version()); })) return false;
    note_one("encryption", [&] { return check_encryption(*connection_); });
    note_one("clock", [&] { return check_clock(clock_lead_seconds(*connection_)); });
    if (writes()) note_one("writes", [&] { return check_writes(*connection_); });
    return note_one("schema", [&] { return check_schema(*connection_); });
  }

  void examine_tenant() {
    if (writes() && note_one("summary table", [&] { return check_summary_table(*connection_); })) {
      note("summary table", [&] { return check_columns(summary_columns(*connection_)); });
      note_one("partition", [&] { return check_partition(*connection_, today()); });
      note("default partition", [&] { return check_default_partition(*connection_); });
    }
    note("rights", [&] { return check_rights(*connection_, node_tables_); });
    if (writes()) note_one("schema costmill", [&] { return check_state_schema(*connection_); });
    note("reference tables", [&] { return check_reference_tables(*connection_); });
  }

  bool writes() const { return target_.role == PostgresRole::kSink; }

  const PostgresTarget& target_;
  NodeTables node_tables_;
  std::optional<PostgresConnection> connection_;
  Findings findings_;
};

}  // namespace

std::vector<Finding> examine_database(const PostgresTarget& target, NodeTables node_tables) {
  return Examination(target, node_tables).findings();
}

}  // namespace costmill
