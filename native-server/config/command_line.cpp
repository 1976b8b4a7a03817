// Declares the flags to CLI11; what --help prints is the table below.
#include "config/command_line.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>

#include <CLI/CLI.hpp>

#include "config/bridge_rule.h"
#include "config/upstream.h"

namespace wasmqtt {
namespace {

constexpr const char* kAbout =
    "Brings MQTT to browsers.\n\n"
    "Without --upstream it is an MQTT broker (3.1, 3.1.1, 5.0) for clients over TCP and over WebSocket; "
    "with --bridge it exchanges messages with another broker.\n"
    "With --upstream it stands in front of another broker: each WebSocket client gets a TCP connection of its own to "
    "it.";

constexpr const char* kExamples =
    "Examples:\n"
    "  wasmqtt-server                                      a broker on 127.0.0.1, ports 1883 and 8083 "
    "(ws://127.0.0.1:8083/mqtt)\n"
    "  wasmqtt-server --serve public --bind 0.0.0.0,::     also serves a page, and is open to the network\n"
    "  wasmqtt-server --upstream mqtt://localhost:1884     lets browsers reach a broker that only speaks TCP\n"
    "  wasmqtt-server --bridge mqtt://localhost:1884       the same for many browsers: that broker sends each message "
    "once\n";

// What CLI11 fills in, before it is made into ServerOptions.
struct Flags {
  std::vector<std::string> bind{"127.0.0.1"};
  std::uint16_t port = kDefaultMqttPort;
  std::uint16_t http_port = kDefaultHttpPort;
  std::string serve;
  std::string pack_frames = "known";
  std::string upstream;
  std::string bridge;
  std::vector<std::string> bridge_topics;
  std::string bridge_client_identifier;
  std::string bridge_user_name;
  std::string bridge_password_file;
  std::string bridge_version = "auto";
  std::uint32_t bridge_session_expiry = mqtt::BridgeOptions().session_expiry_interval;
  std::string log_level = "info";
  std::string data;
  std::string durability = "disk";
  mqtt::BrokerOptions broker = mqtt::host_broker_options();
};

void declare_connections(CLI::App& app, Flags& flags) {
  const auto add = [&](const char* name, auto& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->group("Connections");
  };
  add("--port", flags.port, "PORT",
      "MQTT over TCP; 0 picks a free port, which the log names. With --upstream it is only opened when given")
      ->capture_default_str();
  add("--http-port", flags.http_port, "PORT", "HTTP, and MQTT over WebSocket at any path; 0 picks a free port")
      ->capture_default_str();
  add("--bind", flags.bind, "ADDRESS",
      "Where to listen; several with commas between them, or the flag repeated. 0.0.0.0,:: is every network")
      ->delimiter(',')
      ->default_str("127.0.0.1");
  add("--serve", flags.serve, "FOLDER", "Serve this folder's files over HTTP");
  add("--pack-frames", flags.pack_frames, "WHEN",
      "Which WebSocket clients get several packets in a frame, which is faster: 'known', browsers and wasmqtt's own "
      "client; 'always'; 'never'. Others get one packet a frame, because many take a frame for a packet, as all do "
      "that "
      "speak the subprotocol mqttv3.1: they get one packet a frame always")
      ->check(CLI::IsMember({"known", "always", "never"}).description(""))
      ->capture_default_str();
  add("--upstream", flags.upstream, "URL", "Be a relay to this broker instead of a broker: mqtt://host:port");
}

void declare_bridge(CLI::App& app, Flags& flags) {
  const auto add = [&](const char* name, auto& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->group("Bridge of the broker to another one");
  };
  auto* const bridge = add("--bridge", flags.bridge, "URL",
                           "Exchange messages with this broker: mqtt://host:port. It sees one client, however many "
                           "there are here");
  bridge->excludes("--upstream");
  add("--bridge-topic", flags.bridge_topics, "RULE",
      "What crosses: 'FILTER [in|out|both [QOS [LOCAL-PREFIX [REMOTE-PREFIX]]]]', \"\" being an empty prefix; 'in' is "
      "from "
      "that broker to here. The flag may be repeated, and of several rules that a topic matches the first counts")
      ->default_str("'# both 2'")
      ->needs(bridge);
  add("--bridge-client-id", flags.bridge_client_identifier, "NAME",
      "The client identifier there; without it, one made of this machine's name and the HTTP port")
      ->needs(bridge);
  add("--bridge-user", flags.bridge_user_name, "NAME", "The user name there")->needs(bridge);
  add("--bridge-password-file", flags.bridge_password_file, "FILE", "A file whose first line is the password there")
      ->needs(bridge);
  add("--bridge-mqtt", flags.bridge_version, "VERSION",
      "5; 3.1.1, first with mosquitto's sign of a bridge and then without, when messages that come back from there are "
      "known by their content; auto tries all of these in this order, and stays with what that broker takes")
      ->check(CLI::IsMember({"auto", "5", "3.1.1"}).description(""))
      ->capture_default_str()
      ->needs(bridge);
  add("--bridge-session-expiry", flags.bridge_session_expiry, "SECONDS",
      "How long the two brokers keep messages for the bridge while it is not connected")
      ->capture_default_str()
      ->needs(bridge);
}

void declare_storage(CLI::App& app, Flags& flags) {
  app.add_option(
         "--data", flags.data,
         "Keep sessions, their messages and retained messages in this folder; without it they end with the server")
      ->type_name("FOLDER")
      ->group("Storage of the broker");
  app.add_option("--durability", flags.durability,
                 "What an acknowledged message survives: 'disk', a loss of power; 'process', the end of the server, "
                 "however it ends, and is faster")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"disk", "process"}).description(""))
      ->capture_default_str()
      ->group("Storage of the broker");
}

// --- the options of the broker: one flag each, by what its number counts

constexpr const char* kLimits = "Limits of the broker; BYTES may be 16MiB and the like";

// What --help calls a value.
enum class Unit { Bytes, Count, Seconds, Milliseconds, QoS, Switch };

constexpr const char* type_name(Unit unit) {
  switch (unit) {
    case Unit::Bytes:
      return "BYTES";
    case Unit::Count:
      return "N";
    case Unit::Seconds:
    case Unit::Milliseconds:
      return "SECONDS";
    case Unit::QoS:
      return "QOS";
    case Unit::Switch:
      return "BOOL";
  }
  return "";
}

CLI::Validator range(std::uint64_t least, std::uint64_t most) {
  CLI::Validator check = CLI::Range(least, most);
  check.description("");
  return check;
}

template <typename Number>
void declare(CLI::App& app, const char* flag, Number& value, Unit unit, std::uint64_t least, std::uint64_t most,
             const char* text) {
  CLI::Option* const option = app.add_option(flag, value, text)->type_name(type_name(unit))->group(kLimits);
  if constexpr (std::is_same_v<Number, bool>) {
    option->default_str(value ? "true" : "false");
  } else {
    option->check(range(least, most));
    if (value != std::numeric_limits<std::size_t>::max()) option->capture_default_str();
  }
  CLI::AsSizeValue size(false);
  size.description("");
  if (unit == Unit::Bytes) option->transform(size);
}

void declare(CLI::App& app, const char* flag, mqtt::QoS& value, Unit unit, std::uint64_t least, std::uint64_t most,
             const char* text) {
  app.add_option_function<unsigned>(
         flag, [&value](unsigned qos) { value = static_cast<mqtt::QoS>(qos); }, text)
      ->type_name(type_name(unit))
      ->check(range(least, most))
      ->default_str(std::to_string(static_cast<unsigned>(value)))
      ->group(kLimits);
}

void declare(CLI::App& app, const char* flag, mqtt::Duration& value, Unit unit, std::uint64_t least, std::uint64_t most,
             const char* text) {
  const auto take = [&value](std::uint32_t seconds) { value = std::chrono::seconds(seconds); };
  app.add_option_function<std::uint32_t>(flag, take, text)
      ->type_name(type_name(unit))
      ->check(range((least + 999) / 1000, most / 1000))
      ->default_str(std::to_string(std::chrono::duration_cast<std::chrono::seconds>(value).count()))
      ->group(kLimits);
}

void declare_limits(CLI::App& app, mqtt::BrokerOptions& broker) {
#define MQTT_BROKER_OPTION(type, name, standard, unit, least, most, flag, reason, text) \
  declare(app, "--" flag, broker.name, Unit::unit, least, most, text);
#include "mqtt/broker/broker_options.inc"
#undef MQTT_BROKER_OPTION
}

std::optional<std::string> read_addresses(const std::vector<std::string>& texts,
                                          std::vector<asio::ip::address>& addresses) {
  addresses.clear();
  for (const std::string& text : texts) {
    asio::error_code error;
    addresses.push_back(asio::ip::make_address(text == "localhost" ? "127.0.0.1" : text, error));
    if (error) return "--bind: '" + text + "' is not an IP address; write for example 127.0.0.1, ::1, 0.0.0.0 or ::";
  }
  return std::nullopt;
}

// Answers what is wrong; nullopt: nothing.
std::optional<std::string> read_bridge(const Flags& flags, BridgeTarget& bridge) {
  auto upstream = parse_upstream(flags.bridge);
  if (const auto* problem = std::get_if<std::string>(&upstream)) return "--bridge: " + *problem;
  bridge.upstream = std::get<Upstream>(std::move(upstream));
  mqtt::BridgeOptions& options = bridge.options;
  if (!flags.bridge_topics.empty()) options.rules.clear();
  for (const std::string& topic : flags.bridge_topics) {
    auto rule = parse_bridge_rule(topic);
    if (const auto* problem = std::get_if<std::string>(&rule)) return "--bridge-topic: " + *problem;
    options.rules.push_back(std::get<mqtt::BridgeRule>(std::move(rule)));
  }
  options.client_identifier = flags.bridge_client_identifier;
  if (!flags.bridge_user_name.empty()) options.user_name = flags.bridge_user_name;
  if (!flags.bridge_password_file.empty()) {
    std::ifstream file(flags.bridge_password_file);
    std::string password;
    if (!std::getline(file, password))
      return "--bridge-password-file: '" + flags.bridge_password_file + "' can't be read, or is empty";
    options.password = password;
  }
  if (flags.bridge_version == "5") options.version = mqtt::ProtocolVersion::V5_0;
  if (flags.bridge_version == "3.1.1") options.version = mqtt::ProtocolVersion::V3_1_1;
  options.session_expiry_interval = flags.bridge_session_expiry;
  return std::nullopt;
}

Exit refusal(const std::string& sentence) {
  return {2, sentence + "\nRun with --help for more.\n"};
}

PackFrames to_pack_frames(std::string_view text) {
  if (text == "never") return PackFrames::Never;
  return text == "always" ? PackFrames::Always : PackFrames::Known;
}

std::variant<ServerOptions, Exit> to_options(const Flags& flags, bool port_was_given) {
  ServerOptions options;
  if (const auto problem = read_addresses(flags.bind, options.bind)) return refusal(*problem);
  if (!flags.upstream.empty()) {
    auto upstream = parse_upstream(flags.upstream);
    if (const auto* problem = std::get_if<std::string>(&upstream)) return refusal("--upstream: " + *problem);
    options.upstream = std::get<Upstream>(std::move(upstream));
  }
  if (!flags.bridge.empty()) {
    options.bridge.emplace();
    if (const auto problem = read_bridge(flags, *options.bridge)) return refusal(*problem);
  }
  std::error_code error;
  if (!flags.serve.empty() && !std::filesystem::is_directory(flags.serve, error)) {
    return refusal("--serve: '" + flags.serve + "' is not a folder");
  }
  options.serve = flags.serve;
  options.pack_frames = to_pack_frames(flags.pack_frames);
  if (options.upstream && !port_was_given) {
    options.mqtt_port.reset();
  } else {
    options.mqtt_port = flags.port;
  }
  options.http_port = flags.http_port;
  options.data = flags.data;
  options.durability = flags.durability == "disk" ? Durability::Disk : Durability::Process;
  options.log_level = spdlog::level::from_str(flags.log_level);
  options.broker = flags.broker;
  options.broker.version = "wasmqtt-server " WASMQTT_VERSION;
  return options;
}

}  // namespace

std::variant<ServerOptions, Exit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kAbout, "wasmqtt-server");
  app.set_version_flag("--version", std::string("wasmqtt-server ") + WASMQTT_VERSION, "Print the version and exit");
  app.footer(kExamples);
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.set_config(
         "--config", "",
         "Take options from this TOML file, too: each under its flag's name without --, as in max-clients = 100")
      ->type_name("FILE")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  app.get_formatter()->column_width(36);
  Flags flags;
  declare_connections(app, flags);
  declare_bridge(app, flags);
  declare_storage(app, flags);
  declare_limits(app, flags.broker);
  CLI::IsMember log_levels({"debug", "info", "warning", "error", "off"});
  log_levels.description("");
  app.add_option("--log-level", flags.log_level, "What is logged to standard error: debug, info, warning, error or off")
      ->type_name("LEVEL")
      ->check(log_levels)
      ->capture_default_str()
      ->group("Log");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream complaint;
    const int status = app.exit(error, out, complaint);
    return status == 0 ? Exit{0, out.str()} : Exit{2, complaint.str()};
  }
  return to_options(flags, app.count("--port") > 0);
}

}  // namespace wasmqtt
