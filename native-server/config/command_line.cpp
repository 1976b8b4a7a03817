// Declares the flags to CLI11; what --help prints is the table below.
#include "config/command_line.h"

#include <algorithm>
#include <fstream>
#include <sstream>

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
  mqtt::BrokerOptions broker;
  std::uint32_t connect_timeout_seconds = 10;
  std::uint32_t statistics_interval_seconds = 10;
  unsigned maximum_qos = 2;
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

void declare_limits(CLI::App& app, Flags& flags) {
  const auto add = [&](const char* name, auto& value, const char* type, const CLI::Validator& range, const char* text) {
    CLI::Validator check = range;
    check.description("");
    return app.add_option(name, value, text)
        ->type_name(type)
        ->check(check)
        ->capture_default_str()
        ->group("Limits of the broker");
  };
  CLI::AsSizeValue size(false);
  size.description("");
  mqtt::BrokerOptions& broker = flags.broker;
  add("--max-packet-size", broker.maximum_packet_size, "BYTES", CLI::Range(64u, mqtt::kMaximumPacketSize),
      "Largest packet taken from a client; 16MiB and the like are understood")
      ->transform(size);
  add("--receive-maximum", broker.receive_maximum, "N", CLI::Range(1, 65535),
      "Unacknowledged QoS 1 and 2 messages that a client may have on the way to the server");
  add("--max-in-flight", broker.maximum_in_flight, "N", CLI::Range(1, 65535),
      "Unacknowledged QoS 1 and 2 messages on the way to a client");
  add("--max-queued-messages", broker.maximum_queued_messages, "N", CLI::Range(std::size_t{0}, std::size_t{1} << 40),
      "QoS 1 and 2 messages that wait for a client beyond those; publishers wait for one that keeps up, else further "
      "ones are dropped");
  add("--max-output", broker.maximum_output_bytes, "BYTES", CLI::Range(std::size_t{1024}, std::size_t{1} << 40),
      "What may wait for a slow client before QoS 0 messages to it are dropped")
      ->transform(size);
  // No limit unless one is given.
  const auto add_unlimited = [&](const char* name, std::size_t& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->group("Limits of the broker");
  };
  add_unlimited("--max-queued-bytes", broker.maximum_queued_bytes, "BYTES", "The same in bytes")->transform(size);
  add_unlimited("--max-queued-messages-in-all", broker.maximum_queued_messages_in_all, "N",
                "Messages that wait for all clients together");
  add_unlimited("--max-queued-bytes-in-all", broker.maximum_queued_bytes_in_all, "BYTES", "The same in bytes")
      ->transform(size);
  add_unlimited("--max-retained-messages", broker.maximum_retained_messages, "N",
                "Topics with a retained message; messages that would add one are refused");
  add_unlimited("--max-subscriptions", broker.maximum_subscriptions, "N", "Subscriptions of one client");
  add_unlimited("--max-clients", broker.maximum_connections, "N", "Clients that are connected at a time");
  add("--max-topic-length", broker.maximum_topic_length, "BYTES", CLI::Range(1, 65535), "Longest topic name or filter");
  add("--max-topic-levels", broker.maximum_topic_levels, "N", CLI::Range(1, 65536), "Levels of a topic name or filter");
  add("--max-qos", flags.maximum_qos, "QOS", CLI::Range(0, 2), "The QoS that clients may publish and are granted");
  add("--max-keep-alive", broker.maximum_keep_alive, "SECONDS", CLI::Range(0, 65535),
      "The longest Keep Alive of 5.0 clients; 0 leaves it to them");
  add("--topic-alias-maximum", broker.topic_alias_maximum, "N", CLI::Range(0, 65535),
      "Topic aliases that a client may set");
  add("--statistics-interval", flags.statistics_interval_seconds, "SECONDS", CLI::Range(0, 86400),
      "How often $SYS/broker is brought up to date; 0 turns it off");
  add("--connect-timeout", flags.connect_timeout_seconds, "SECONDS", CLI::Range(1, 3600),
      "The time that a new connection has for its CONNECT");
  add("--max-session-expiry", broker.maximum_session_expiry_interval, "SECONDS",
      CLI::Range(std::uint32_t{0}, 0xFFFFFFFFu),
      "The longest that a session is kept without a connection; 4294967295 is for ever");
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
  options.broker.connect_timeout = std::chrono::seconds(flags.connect_timeout_seconds);
  options.broker.statistics_interval = std::chrono::seconds(flags.statistics_interval_seconds);
  options.broker.maximum_qos = static_cast<mqtt::QoS>(flags.maximum_qos);
  options.broker.version = "wasmqtt-server " WASMQTT_VERSION;
  return options;
}

}  // namespace

std::variant<ServerOptions, Exit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kAbout, "wasmqtt-server");
  app.set_version_flag("--version", std::string("wasmqtt-server ") + WASMQTT_VERSION, "Print the version and exit");
  app.footer(kExamples);
  app.get_formatter()->column_width(36);
  Flags flags;
  declare_connections(app, flags);
  declare_bridge(app, flags);
  declare_storage(app, flags);
  declare_limits(app, flags);
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
