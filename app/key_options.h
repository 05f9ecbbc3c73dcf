// The options that are config keys too.
#pragma once

namespace costmill::app {

// One without a value's name is a switch.
struct KeyOptionDef {
  const char* option;
  const char* dotted;
  const char* value;
  const char* help;
};

inline constexpr KeyOptionDef kSink = {"--sink", "run.sink", "URI",
                                       "Where days go: postgresql://USER@HOST/DB, sqlite:FILE, parquet:DIR, csv:DIR [sqlite:costmill.db]"};
inline constexpr KeyOptionDef kInput = {"--input", "run.input", "URI", "file:DIR, s3://BUCKET/PREFIX [section s3]"};
inline constexpr KeyOptionDef kDatabase = {"--sink", "run.sink", "URI",
                                           "postgresql://USER@HOST/DATABASE?schema=SCHEMA [section postgresql]"};
inline constexpr KeyOptionDef kReference = {"--reference", "run.reference", "URI",
                                            "Where reference data is: csv:DIR, postgresql://USER@HOST/DB; without: all labels are kept"};
inline constexpr KeyOptionDef kUpdateNodes = {"--update-nodes", "run.update_nodes", nullptr,
                                              "Also bring the tenant's tables of clusters and nodes up to date, before the summary"};
inline constexpr KeyOptionDef kGrantUpdateNodes = {"--update-nodes", "run.update_nodes", nullptr,
                                                   "The role's runs use --update-nodes: it may change the tables of clusters and nodes"};
inline constexpr KeyOptionDef kRightsToUpdateNodes = {"--update-nodes", "run.update_nodes", nullptr,
                                                      "Runs use --update-nodes: look at the rights for it, too"};
inline constexpr KeyOptionDef kLogLevel = {"--log-level", "logging.level", "LEVEL", "trace, debug, info, warning or error [info]"};
inline constexpr KeyOptionDef kRunOptions[] = {
    {"--input", "run.input", "URI", "Where the line items are: file:DIR, s3://BUCKET/PREFIX"},
    kSink,
    kReference,
    {"--org", "organization.org_id", "ORG", "Organisation whose folders are read; without: found in the input"},
    {"--layout", "run.layout", "NAME", "Tree of folders in the input: koku or poc [koku]"},
    {"--numeric", "run.numeric", "KIND", "Numbers in Parquet output: decimal or float64 [decimal]"},
    {"--full", "run.full", nullptr, "Do all days again, changed or not; what days without rows had before goes"},
    {"--prune", "run.prune", nullptr, "Remove days that the sink has and the input has no longer"},
    {"--watch", "run.watch", "SECONDS", "Look for new work again and again, so many seconds apart"},
    {"--keep-going", "run.keep_going", nullptr, "Go on after a bad day; exit code 6 if there was one"},
    {"--strict", "run.strict", nullptr, "Refuse days with signs of bad data"},
    kUpdateNodes,
    {"--engine", "run.engine", "ENGINE", "Who makes the days: local, or dask://HOST:PORT [local]"},
    {"--progress", "run.progress", "WHEN", "auto, always or never [auto]"},
    kLogLevel,
};

}  // namespace costmill::app
