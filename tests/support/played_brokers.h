// A bridge between two brokers that the test plays, packet by packet.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mqtt/bridge/bridge.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/frame_reader.h"
#include "support/describe.h"
#include "support/written_packet.h"

namespace mqtt::test {

class PlayedBrokers : public testing::Test, private BridgeListener {
 protected:
  // The local broker has accepted the bridge; the remote one is being dialled.
  explicit PlayedBrokers(const BridgeOptions& options = {.keep_alive = 0},
                         ProtocolVersion remote_version = ProtocolVersion::V5_0)
      : versions_{ProtocolVersion::V5_0, remote_version}, bridge_(options, *this) {
    bridge_.start(now_);
    accepts(BridgeSide::Local, "CONNACK success");
  }

  // The bridge connects and subscribes.
  void accepts(BridgeSide side, std::string_view connack = "CONNACK success session-present",
               const std::string& granted = "[2]") {
    connects(side);
    sends(side, connack);
    const auto lines = sent(side);
    ASSERT_FALSE(lines.empty());
    ASSERT_THAT(lines.back(), testing::StartsWith("SUBSCRIBE id"));
    sends(side, "SUBACK " + identifier_of(lines.back()) + " " + granted);
  }
  // Up to the CONNECT.
  void connects(BridgeSide side) {
    readers_[index(side)] = FrameReader();
    ASSERT_TRUE(bridge_.transport_opened(side, now_));
    ASSERT_THAT(sent(side), testing::ElementsAre(testing::StartsWith("CONNECT ")));
  }
  static std::string identifier_of(const std::string& line) {
    const std::size_t begin = line.find("id", line.find(' '));
    return line.substr(begin, line.find(' ', begin) - begin);
  }
  // The connection ends, and the bridge dials again.
  void loses(BridgeSide side, TransportEnd end = TransportEnd::Lost) {
    bridge_.transport_closed(side, now_, end);
    now_ += std::chrono::seconds(60);
    bridge_.advance(now_);
  }
  // That side's broker.
  void sends(BridgeSide side, std::string_view line) {
    sends_bytes(side, WrittenPacket(line, versions_[index(side)]).bytes());
  }
  void sends_bytes(BridgeSide side, const std::vector<std::uint8_t>& bytes) { bridge_.receive(side, bytes, now_); }
  // What that side's broker got since the last call.
  std::vector<std::string> sent(BridgeSide side) {
    std::vector<std::string> lines;
    FrameReader& reader = readers_[index(side)];
    while (!bridge_.output(side).empty()) {
      Bytes element;
      bridge_.output(side).gather({&element, 1});
      reader.feed(element);
      for (auto frame = reader.next(); frame && *frame; frame = reader.next())
        lines.push_back(describe(*decode_packet(**frame, versions_[index(side)])));
      reader.keep_rest();
      bridge_.consume_output(side, element.size());
    }
    return lines;
  }
  // What the listener was told of dialects and of what was given up, since the last call.
  std::vector<std::string> notes() { return std::exchange(notes_, {}); }

  static std::size_t index(BridgeSide side) { return static_cast<std::size_t>(side); }

  void on_connect_due(BridgeSide) override {}
  void on_dialect_refused(BridgeDialect refused, std::optional<BridgeDialect> next) override {
    notes_.push_back("no " + std::string(dialect_name(refused)) +
                     (next ? ", next " + std::string(dialect_name(*next)) : ""));
  }
  void on_given_up(std::string_view topic, unsigned connections) override {
    notes_.push_back("gave up '" + std::string(topic) + "' after " + std::to_string(connections));
  }

  Instant now_{std::chrono::hours(1)};
  std::array<ProtocolVersion, 2> versions_;
  std::array<FrameReader, 2> readers_;
  std::vector<std::string> notes_;
  Bridge bridge_;
};

}  // namespace mqtt::test
