// A config file: read, resolved, printed; what is printed is read again.
#include <string>

#include "config/clusters.h"
#include "config/print_config.h"
#include "config/resolve.h"
#include "config/s3.h"
#include "config/yaml_file.h"
#include "fuzz.h"

namespace {

using costmill::Settings;
using costmill::fuzz::require;
using costmill::fuzz::succeeds;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const costmill::Environment environment{{"SET", "value"}, {"EMPTY", ""}, {"NUMBER", "7"}, {"DOLLAR", "${SET}"}};
  const costmill::CommandLine command_line;
  Settings settings;
  const std::string text(costmill::fuzz::text_of(data, size));
  if (!succeeds([&] { costmill::read_yaml_text(text, "costmill.yaml", environment, settings); })) return 0;
  succeeds([&] { costmill::check_uris(costmill::resolve(settings, command_line, environment)); });
  succeeds([&] { costmill::choose_clusters(command_line, settings); });
  succeeds([&] { costmill::resolve_postgres(settings); });
  succeeds([&] { costmill::resolve_s3(settings, environment); });
  succeeds([&] { costmill::resolve_logging(settings); });

  const std::string printed = costmill::printed_config(settings, command_line);
  Settings again;
  const bool is_read = succeeds([&] { costmill::read_yaml_text(printed, "printed.yaml", environment, again); });
  require(is_read, "a printed config is a config");
  return 0;
}
