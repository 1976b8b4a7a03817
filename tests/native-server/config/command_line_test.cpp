// Words of a command line and the options, or the sentence, that come of them.
#include "config/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.h"

namespace wasmqtt {
namespace {

using test::TemporaryFolder;
using testing::HasSubstr;

std::variant<ServerOptions, Exit> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "wasmqtt-server");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

ServerOptions options_of(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  if (const auto* leave = std::get_if<Exit>(&parsed)) ADD_FAILURE() << leave->text;
  return std::get<ServerOptions>(parsed);
}

Exit exit_of(std::vector<const char*> words) {
  return std::get<Exit>(parse(std::move(words)));
}

TEST(CommandLine, WithoutFlagsIsABrokerOnTheLoopbackInterface) {
  const ServerOptions options = options_of({});
  EXPECT_EQ(options.mqtt_port, 1883);
  EXPECT_EQ(options.http_port, 8083);
  ASSERT_EQ(options.bind.size(), 1u);
  EXPECT_EQ(options.bind[0].to_string(), "127.0.0.1");
  EXPECT_FALSE(options.upstream);
  EXPECT_TRUE(options.serve.empty());
}

TEST(CommandLine, TakesAddressesWithCommasAndFromRepeatedFlags) {
  const auto with_comma = options_of({"--bind", "127.0.0.1,::1"}).bind;
  const auto repeated = options_of({"--bind", "127.0.0.1", "--bind", "::1"}).bind;
  ASSERT_EQ(with_comma.size(), 2u);
  EXPECT_EQ(with_comma[1].to_string(), "::1");
  EXPECT_EQ(with_comma, repeated);
}

TEST(CommandLine, NamesWhatIsWrongWithAnAddress) {
  const Exit leave = exit_of({"--bind", "nowhere"});
  EXPECT_NE(leave.status, 0);
  EXPECT_THAT(leave.text, HasSubstr("'nowhere' is not an IP address"));
}

TEST(CommandLine, RelayDoesNotOpenTheMqttPortUnlessAsked) {
  EXPECT_FALSE(options_of({"--upstream", "mqtt://localhost"}).mqtt_port);
  EXPECT_EQ(options_of({"--upstream", "mqtt://localhost", "--port", "0"}).mqtt_port, 0);
}

TEST(CommandLine, NamesWhatIsWrongWithAnUpstream) {
  EXPECT_THAT(exit_of({"--upstream", "mqtts://localhost"}).text, HasSubstr("does not begin with mqtt://"));
}

TEST(CommandLine, HasNoBridgeUnlessItIsAskedFor) {
  EXPECT_FALSE(options_of({}).bridge);
  const auto bridge = options_of({"--bridge", "mqtt://elsewhere:1884"}).bridge;
  ASSERT_TRUE(bridge);
  EXPECT_EQ(bridge->upstream.text(), "mqtt://elsewhere:1884");
  ASSERT_EQ(bridge->options.rules.size(), 1u);
  EXPECT_EQ(bridge->options.rules[0].topic_filter, "#");
  EXPECT_FALSE(bridge->options.version) << "whichever that broker takes";
  EXPECT_FALSE(bridge->options.user_name || bridge->options.password);
}

TEST(CommandLine, TakesWhatThereIsToSayOfABridge) {
  const TemporaryFolder folder;
  folder.write("password", "secret\nand no more");
  const std::string file = (folder.path() / "password").string();
  const auto bridge =
      options_of({"--bridge", "mqtt://elsewhere", "--bridge-topic", "a/# in", "--bridge-topic", "b/# out 1",
                  "--bridge-client-id", "hall", "--bridge-user", "me", "--bridge-password-file", file.c_str(),
                  "--bridge-mqtt", "3.1.1", "--bridge-session-expiry", "60"})
          .bridge;
  ASSERT_TRUE(bridge);
  ASSERT_EQ(bridge->options.rules.size(), 2u);
  EXPECT_EQ(bridge->options.rules[0].direction, mqtt::BridgeDirection::In);
  EXPECT_EQ(bridge->options.rules[1].topic_filter, "b/#");
  EXPECT_EQ(bridge->options.client_identifier, "hall");
  EXPECT_EQ(bridge->options.user_name, "me");
  EXPECT_EQ(bridge->options.password, "secret");
  EXPECT_EQ(bridge->options.version, mqtt::ProtocolVersion::V3_1_1);
  EXPECT_EQ(bridge->options.session_expiry_interval, 60u);
}

TEST(CommandLine, NamesWhatIsWrongWithABridge) {
  EXPECT_THAT(exit_of({"--bridge", "localhost"}).text, HasSubstr("--bridge: 'localhost' does not begin with mqtt://"));
  EXPECT_THAT(exit_of({"--bridge", "mqtt://a", "--bridge-topic", "a inwards"}).text, HasSubstr("--bridge-topic: "));
  EXPECT_THAT(exit_of({"--bridge", "mqtt://a", "--bridge-password-file", "/nowhere"}).text,
              HasSubstr("'/nowhere' can't be read"));
  EXPECT_THAT(exit_of({"--bridge", "mqtt://a", "--bridge-mqtt", "4"}).text, HasSubstr("--bridge-mqtt"));
  EXPECT_THAT(exit_of({"--bridge", "mqtt://a", "--upstream", "mqtt://b"}).text, HasSubstr("--upstream"));
  EXPECT_THAT(exit_of({"--bridge-topic", "a"}).text, HasSubstr("requires --bridge"));
}

TEST(CommandLine, TakesTheLimitsOfTheBroker) {
  const mqtt::BrokerOptions broker = options_of({"--max-packet-size", "2MiB", "--receive-maximum", "7",
                                                 "--max-in-flight", "8", "--max-queued-messages", "9", "--max-output",
                                                 "64kB", "--connect-timeout", "3", "--max-session-expiry", "60"})
                                         .broker;
  EXPECT_EQ(broker.maximum_packet_size, 2u * 1024 * 1024);
  EXPECT_EQ(broker.receive_maximum, 7);
  EXPECT_EQ(broker.maximum_in_flight, 8);
  EXPECT_EQ(broker.maximum_queued_messages, 9u);
  EXPECT_EQ(broker.maximum_output_bytes, 64u * 1024);
  EXPECT_EQ(broker.connect_timeout, std::chrono::seconds(3));
  EXPECT_EQ(broker.maximum_session_expiry_interval, 60u);
}

TEST(CommandLine, TakesLimitsThatAreOffUnlessTheyAreGiven) {
  EXPECT_EQ(options_of({}).broker.maximum_connections, SIZE_MAX);
  const mqtt::BrokerOptions broker =
      options_of({"--max-queued-bytes", "1kB", "--max-queued-messages-in-all", "2", "--max-queued-bytes-in-all", "3kB",
                  "--max-retained-messages", "4", "--max-subscriptions", "5", "--max-clients", "6"})
          .broker;
  EXPECT_EQ(broker.maximum_queued_bytes, 1024u);
  EXPECT_EQ(broker.maximum_queued_messages_in_all, 2u);
  EXPECT_EQ(broker.maximum_queued_bytes_in_all, 3u * 1024);
  EXPECT_EQ(broker.maximum_retained_messages, 4u);
  EXPECT_EQ(broker.maximum_subscriptions, 5u);
  EXPECT_EQ(broker.maximum_connections, 6u);
}

TEST(CommandLine, TakesWhatClientsMaySend) {
  const mqtt::BrokerOptions broker = options_of({"--max-topic-length", "100", "--max-topic-levels", "7", "--max-qos",
                                                 "1", "--max-keep-alive", "60", "--topic-alias-maximum", "0"})
                                         .broker;
  EXPECT_EQ(broker.maximum_topic_length, 100u);
  EXPECT_EQ(broker.maximum_topic_levels, 7u);
  EXPECT_EQ(broker.maximum_qos, mqtt::QoS::AtLeastOnce);
  EXPECT_EQ(broker.maximum_keep_alive, 60);
  EXPECT_EQ(broker.topic_alias_maximum, 0);
}

TEST(CommandLine, TakesWhereTheBrokerKeepsItsJournal) {
  EXPECT_EQ(options_of({}).data, "");
  EXPECT_EQ(options_of({"--data", "/some/folder"}).data, "/some/folder");
  EXPECT_EQ(options_of({}).durability, Durability::Disk);
  EXPECT_EQ(options_of({"--durability", "process"}).durability, Durability::Process);
  EXPECT_EQ(exit_of({"--durability", "hope"}).status, 2);
}

TEST(CommandLine, KeepsStatisticsUnlessTheyAreTurnedOff) {
  EXPECT_EQ(options_of({}).broker.statistics_interval, std::chrono::seconds(10));
  EXPECT_EQ(options_of({"--statistics-interval", "0"}).broker.statistics_interval, std::chrono::seconds(0));
  EXPECT_THAT(options_of({}).broker.version, HasSubstr("wasmqtt-server "));
}

TEST(CommandLine, TakesWhatTheBrokerHas) {
  EXPECT_TRUE(options_of({}).broker.retain_available);
  const mqtt::BrokerOptions broker =
      options_of({"--retain-available", "false", "--wildcard-subscription-available", "false",
                  "--subscription-identifiers-available", "false", "--shared-subscription-available", "false"})
          .broker;
  EXPECT_FALSE(broker.retain_available);
  EXPECT_FALSE(broker.wildcard_subscription_available);
  EXPECT_FALSE(broker.subscription_identifiers_available);
  EXPECT_FALSE(broker.shared_subscription_available);
  EXPECT_EQ(exit_of({"--retain-available", "perhaps"}).status, 2);
}

TEST(CommandLine, TakesAConfigurationFileBesideFlags) {
  TemporaryFolder folder;
  folder.write("server.toml", "max-clients = 7\nmax-output = \"2MiB\"\nport = 1999\nretain-available = false\n");
  const std::string file = folder.path() / "server.toml";
  const ServerOptions options = options_of({"--config", file.c_str(), "--port", "2000"});
  EXPECT_EQ(options.broker.maximum_connections, 7u);
  EXPECT_EQ(options.broker.maximum_output_bytes, 2u * 1024 * 1024);
  EXPECT_FALSE(options.broker.retain_available);
  EXPECT_EQ(options.mqtt_port, 2000);
}

TEST(CommandLine, NamesWhatIsWrongWithAConfigurationFile) {
  EXPECT_EQ(exit_of({"--config", "/nowhere.toml"}).status, 2);
  TemporaryFolder folder;
  folder.write("server.toml", "max-client = 7\n");
  const std::string file = folder.path() / "server.toml";
  const Exit leave = exit_of({"--config", file.c_str()});
  EXPECT_EQ(leave.status, 2);
  EXPECT_THAT(leave.text, HasSubstr("max-client"));
}

TEST(CommandLine, RefusesValuesOutOfRange) {
  EXPECT_EQ(exit_of({"--receive-maximum", "0"}).status, 2);
  EXPECT_EQ(exit_of({"--port", "65536"}).status, 2);
  EXPECT_EQ(exit_of({"--max-packet-size", "300MB"}).status, 2);
  EXPECT_EQ(exit_of({"--log-level", "loud"}).status, 2);
}

TEST(CommandLine, RefusesAFolderThatIsNotThere) {
  EXPECT_THAT(exit_of({"--serve", "/no/such/folder"}).text, HasSubstr("'/no/such/folder' is not a folder"));
}

TEST(CommandLine, ChoosesWhoGetsSeveralPacketsInAFrame) {
  EXPECT_EQ(options_of({}).pack_frames, PackFrames::Known);
  EXPECT_EQ(options_of({"--pack-frames", "known"}).pack_frames, PackFrames::Known);
  EXPECT_EQ(options_of({"--pack-frames", "always"}).pack_frames, PackFrames::Always);
  EXPECT_EQ(options_of({"--upstream", "mqtt://localhost", "--pack-frames", "never"}).pack_frames, PackFrames::Never);
  EXPECT_EQ(exit_of({"--pack-frames", "sometimes"}).status, 2);
}

TEST(CommandLine, RefusesFlagsThatItDoesNotKnow) {
  EXPECT_EQ(exit_of({"--prot", "1"}).status, 2);
}

TEST(CommandLine, HelpNamesEveryFlagAndEndsWell) {
  const Exit leave = exit_of({"--help"});
  EXPECT_EQ(leave.status, 0);
  for (const char* flag : {"--port", "--http-port", "--bind", "--serve", "--pack-frames", "--upstream",
                           "--max-packet-size", "--log-level"}) {
    EXPECT_THAT(leave.text, HasSubstr(flag));
  }
}

TEST(CommandLine, VersionIsPrintedAndEndsWell) {
  const Exit leave = exit_of({"--version"});
  EXPECT_EQ(leave.status, 0);
  EXPECT_THAT(leave.text, testing::MatchesRegex("wasmqtt-server [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace wasmqtt
