// Peers' lines to the broker, its output to lines.
#include "support/test_broker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mqtt/codec/decode.h"
#include "support/describe.h"
#include "support/property_names.h"
#include "support/written_packet.h"

namespace mqtt::test {

// --- NotedObserver

void NotedObserver::on_connected(ConnectionId id, const ConnectedClient& client) {
  std::string note =
      std::to_string(id) + " connected " + std::string(client.client_identifier) + " " + version_name(client.version);
  if (!client.clean_start) note += " persistent";
  if (client.session_present) note += " session-present";
  if (client.keep_alive != 0) note += " keep_alive=" + std::to_string(client.keep_alive);
  if (client.user_name) note += " user=" + std::string(*client.user_name);
  notes_.push_back(note);
}
void NotedObserver::on_ended(ConnectionId id, const ConnectionEnd& end) {
  std::string note = std::to_string(id) + " ended";
  if (!end.client_identifier.empty()) note += " " + std::string(end.client_identifier);
  if (end.orderly) note += " orderly";
  notes_.push_back(note + " " + reason_word(end.error.reason));
}
void NotedObserver::on_subscribed(ConnectionId id, std::string_view topic_filter, QoS granted) {
  notes_.push_back(std::to_string(id) + " subscribed " + std::string(topic_filter) + " " +
                   std::to_string(static_cast<int>(granted)));
}
void NotedObserver::on_unsubscribed(ConnectionId id, std::string_view topic_filter) {
  notes_.push_back(std::to_string(id) + " unsubscribed " + std::string(topic_filter));
}
void NotedObserver::on_publish(ConnectionId id, const Publish& publish) {
  notes_.push_back(std::to_string(id) + " " + describe(publish));
}

// --- TestBroker

void TestBroker::restores(const MemoryJournal& journal, Instant now) {
  now_ = now;
  EXPECT_TRUE(journal.restore_into(broker_, now_));
}

void TestBroker::advance(Duration duration) {
  const Instant end = now_ + duration;
  while (broker_.next_deadline() <= end) {
    now_ = std::max(now_, broker_.next_deadline());
    const Instant next = broker_.advance(now_);
    EXPECT_GT(next, now_) << "a deadline that has come was left";
    EXPECT_EQ(next, broker_.next_deadline());
    deliver();
  }
  now_ = end;
  broker_.advance(now_);
  deliver();
}

Result<void> TestBroker::publishes(std::string_view line) {
  const WrittenPacket packet("PUBLISH " + std::string(line));
  const auto published = broker_.publish(packet.as<Publish>(), now_);
  deliver();
  return published;
}

void TestBroker::shuts_down() {
  broker_.shut_down(now_);
  deliver();
}

void TestBroker::decides(const Peer& peer, const Verdict& verdict) {
  broker_.decide(peer.id(), verdict, now_);
  deliver();
}

void TestBroker::disconnects(const Peer& peer, std::string_view line) {
  const WrittenPacket packet("DISCONNECT " + std::string(line));
  broker_.disconnect(peer.id(), packet.as<Disconnect>(), now_);
  deliver();
}

Peer* TestBroker::peer_of(ConnectionId id) {
  const auto found =
      std::find_if(peers_.begin(), peers_.end(), [id](const Peer* peer) { return peer->is_open_ && peer->id_ == id; });
  return found == peers_.end() ? nullptr : *found;
}

void TestBroker::deliver() {
  while (true) {
    // Within one drain each connection is named once, unless delivering gave it more.
    std::vector<ConnectionId> ready;
    while (const auto id = broker_.take_ready())
      ready.push_back(*id);
    EXPECT_EQ(std::set<ConnectionId>(ready.begin(), ready.end()).size(), ready.size());
    if (ready.empty()) return;
    for (const ConnectionId id : ready) {
      if (Peer* peer = peer_of(id)) deliver_to(*peer);
    }
  }
}

void TestBroker::deliver_to(Peer& peer) {
  const OutputQueue& output = broker_.output(peer.id_);
  while (peer.reads_ && !output.empty()) {
    Bytes elements[4];
    const std::size_t count = output.gather(std::span(elements, output_slice_ == 0 ? 4U : 1U));
    ASSERT_GT(count, 0U) << "the output is not empty and gathers nothing";
    std::size_t taken = 0;
    for (const Bytes element : std::span(elements, count)) {
      const std::size_t size = output_slice_ == 0 ? element.size() : std::min(element.size(), output_slice_);
      // A copy of its own, so that the sanitizer sees a reader that runs past it.
      const std::vector<std::uint8_t> copy(element.begin(), element.begin() + static_cast<std::ptrdiff_t>(size));
      peer.take(copy);
      taken += size;
    }
    broker_.consume_output(peer.id_, taken);
  }
  if (!output.empty() || !broker_.should_close(peer.id_)) return;
  peer.is_closed_ = true;
  peer.is_open_ = false;
  broker_.closed(peer.id_, now_);
}

// --- Peer

Peer::Peer(TestBroker& broker, ProtocolVersion version)
    : broker_(broker), version_(version), id_(broker.broker_.open(broker.now_)) {
  broker_.peers_.push_back(this);
}

Peer::~Peer() {
  if (is_open_) is_lost();
  std::erase(broker_.peers_, this);
}

void Peer::connects(std::string_view line) {
  sends("CONNECT " + std::string(line));
  ASSERT_FALSE(received_.empty()) << "no answer to CONNECT " << line;
  ASSERT_TRUE(received_.front().starts_with("CONNACK success")) << received_.front();
  received_.erase(received_.begin());
}

void Peer::sends(std::string_view line) {
  const std::vector<std::uint8_t> bytes = WrittenPacket(line, version_).bytes();
  sends_bytes(bytes);
}

void Peer::sends_bytes(Bytes bytes) {
  while (is_open_ && !bytes.empty()) {
    const std::size_t size = broker_.input_slice_ == 0 ? bytes.size() : std::min(bytes.size(), broker_.input_slice_);
    // Memory of its own that goes with the call: nothing that was handed in may be kept.
    const std::vector<std::uint8_t> slice(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(size);
    broker_.broker_.receive(id_, slice, broker_.now_);
    broker_.deliver();
  }
}

void Peer::subscribes(std::string_view filters_and_options) {
  const std::string identifier = " id" + std::to_string(next_identifier_++);
  sends("SUBSCRIBE" + identifier + " " + std::string(filters_and_options));
  const auto suback = std::find_if(received_.begin(), received_.end(),
                                   [&](const std::string& line) { return line.starts_with("SUBACK" + identifier); });
  ASSERT_NE(suback, received_.end()) << "no SUBACK for " << filters_and_options;
  received_.erase(suback);
}

void Peer::unsubscribes(std::string_view filters) {
  const std::string identifier = " id" + std::to_string(next_identifier_++);
  sends("UNSUBSCRIBE" + identifier + " " + std::string(filters));
  const auto unsuback = std::find_if(received_.begin(), received_.end(), [&](const std::string& line) {
    return line.starts_with("UNSUBACK" + identifier);
  });
  ASSERT_NE(unsuback, received_.end()) << "no UNSUBACK for " << filters;
  received_.erase(unsuback);
}

std::vector<std::string> Peer::received() {
  return std::exchange(received_, {});
}

std::vector<std::string> Peer::received_and_forgotten(std::string_view kind) {
  std::vector<std::string> lines = received();
  std::erase_if(lines, [&](const std::string& line) { return !line.starts_with(kind); });
  return lines;
}

void Peer::is_lost() {
  ASSERT_TRUE(is_open_);
  is_open_ = false;
  broker_.broker_.closed(id_, broker_.now_);
  broker_.deliver();
}

void Peer::reads_again() {
  reads_ = true;
  if (is_open_) broker_.deliver_to(*this);
  broker_.deliver();
}

void Peer::take(Bytes bytes) {
  bytes_received_ += bytes.size();
  reader_.feed(bytes);
  while (true) {
    const auto frame = reader_.next();
    ASSERT_TRUE(frame) << frame.error().text;
    if (!*frame) break;
    const auto packet = decode_packet(**frame, version_);
    ASSERT_TRUE(packet) << packet.error().text;
    received_.push_back(describe(*packet));
  }
  reader_.keep_rest();
}

std::string version_name(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::V3_1:
      return "3.1";
    case ProtocolVersion::V3_1_1:
      return "3.1.1";
    default:
      return "5.0";
  }
}

}  // namespace mqtt::test
