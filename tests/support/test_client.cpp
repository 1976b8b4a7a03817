// A client's output to lines, a server's lines to the client.
#include "support/test_client.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mqtt/codec/decode.h"
#include "support/describe.h"
#include "support/property_names.h"
#include "support/written_packet.h"

namespace mqtt::test {

// --- NotedListener

void NotedListener::on_connack(const Connack& connack) {
  constexpr std::string_view kName = "CONNACK ";
  notes_.push_back("connack " + describe(connack).substr(kName.size()));
}
void NotedListener::on_message(const Publish& publish) {
  constexpr std::string_view kName = "PUBLISH ";
  notes_.push_back("message " + describe(publish).substr(kName.size()));
}
void NotedListener::on_published(OperationToken token, PacketIdentifier identifier, ReasonCode reason,
                                 const Properties& properties) {
  std::string note = "published " + std::to_string(token);
  if (identifier != 0) note += " id" + std::to_string(identifier);
  if (reason != ReasonCode::Success) note += " " + reason_word(reason);
  notes_.push_back(note + describe(properties));
}
void NotedListener::on_subscribed(OperationToken token, const Suback& suback) {
  notes_.push_back("subscribed " + std::to_string(token) + " " + describe_reasons(suback.reasons, true) +
                   describe(suback.properties));
}
void NotedListener::on_unsubscribed(OperationToken token, const Unsuback& unsuback) {
  notes_.push_back("unsubscribed " + std::to_string(token) + " " + describe_reasons(unsuback.reasons, false) +
                   describe(unsuback.properties));
}
void NotedListener::on_operation_failed(OperationToken token, const Error& error) {
  notes_.push_back("failed " + std::to_string(token) + ": " + error.text);
}
void NotedListener::on_disconnect(const Disconnect& disconnect) {
  notes_.push_back("disconnect " + reason_word(disconnect.reason) + describe(disconnect.properties));
}
void NotedListener::on_auth(const Auth& auth) {
  notes_.push_back("auth " + reason_word(auth.reason) + describe(auth.properties));
}
void NotedListener::on_warning(const Error& error) {
  notes_.push_back("warning " + reason_word(error.reason) + ": " + error.text);
}
void NotedListener::on_closing(const Error& error) {
  notes_.push_back("closing " + reason_word(error.reason) + (error.text[0] == '\0' ? "" : ": ") + error.text);
}

// --- TestClient

void TestClient::opens(std::string_view connect) {
  const WrittenPacket packet("CONNECT " + std::string(connect));
  reader_ = FrameReader();
  client_.start_attempt(now_);
  const auto opened = client_.transport_opened(packet.as<Connect>(), now_);
  ASSERT_TRUE(opened) << opened.error().text;
  version_ = client_.version();
  drain();
}

void TestClient::connects(std::string_view connect, std::string_view connack) {
  opens(connect);
  gets("CONNACK success " + std::string(connack));
  ASSERT_TRUE(client_.connected()) << connect;
  events();
  sent();
}

void TestClient::gets(std::string_view line) {
  gets_bytes(WrittenPacket(line, version_).bytes());
}

void TestClient::gets_bytes(Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t size = input_slice_ == 0 ? bytes.size() : std::min(bytes.size(), input_slice_);
    // Memory of its own that goes with the call: nothing that was handed in may be kept.
    const std::vector<std::uint8_t> slice(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(size);
    client_.receive(slice, now_);
    drain();
  }
}

void TestClient::loses_transport() {
  client_.transport_closed(now_);
  drain();
}

void TestClient::advance(Duration duration) {
  const Instant end = now_ + duration;
  while (client_.next_deadline() <= end) {
    now_ = std::max(now_, client_.next_deadline());
    const Instant next = client_.advance(now_);
    ASSERT_GT(next, now_) << "a deadline that has come was left";
    EXPECT_EQ(next, client_.next_deadline());
    drain();
  }
  now_ = end;
  client_.advance(now_);
  drain();
}

std::string TestClient::publishes(std::string_view line, OperationToken token) {
  std::string error;
  {
    const WrittenPacket packet("PUBLISH " + std::string(line));
    if (const auto done = client_.publish(packet.as<Publish>(), token, now_); !done) error = done.error().text;
  }  // before the output is taken: what was handed in must have been copied
  drain();
  return error;
}

std::string TestClient::subscribes(std::string_view line, OperationToken token) {
  std::string error;
  {
    const WrittenPacket packet("SUBSCRIBE " + std::string(line));
    if (const auto done = client_.subscribe(packet.as<Subscribe>(), token, now_); !done) error = done.error().text;
  }
  drain();
  return error;
}

std::string TestClient::unsubscribes(std::string_view line, OperationToken token) {
  std::string error;
  {
    const WrittenPacket packet("UNSUBSCRIBE " + std::string(line));
    if (const auto done = client_.unsubscribe(packet.as<Unsubscribe>(), token, now_); !done) error = done.error().text;
  }
  drain();
  return error;
}

std::string TestClient::authenticates(std::string_view line) {
  const WrittenPacket packet("AUTH " + std::string(line));
  const auto done = client_.authenticate(packet.as<Auth>(), now_);
  drain();
  return done ? "" : done.error().text;
}

std::string TestClient::acknowledges(std::string_view line) {
  std::string error;
  {
    const WrittenPacket packet("PUBACK " + std::string(line));
    const auto& said = packet.as<PublishResponse>();
    const auto done = client_.acknowledge(said.packet_identifier, said.reason, said.properties, now_);
    if (!done) error = done.error().text;
  }
  drain();
  return error;
}

void TestClient::leaves_unacknowledged(PacketIdentifier identifier) {
  client_.leave_unacknowledged(identifier, now_);
  drain();
}

void TestClient::disconnects(std::string_view line) {
  const WrittenPacket packet("DISCONNECT " + std::string(line));
  client_.disconnect(packet.as<Disconnect>(), now_);
  drain();
}

std::vector<std::string> TestClient::sent() {
  return std::exchange(sent_, {});
}

void TestClient::drain() {
  const OutputQueue& output = client_.output();
  while (!output.empty()) {
    Bytes elements[4];
    const std::size_t count = output.gather(elements);
    std::size_t taken = 0;
    for (const Bytes element : std::span(elements, count)) {
      reader_.feed(element);
      while (true) {
        const auto frame = reader_.next();
        ASSERT_TRUE(frame) << frame.error().text;
        if (!*frame) break;
        const auto packet = decode_packet(**frame, version_);
        ASSERT_TRUE(packet) << packet.error().text;
        sent_.push_back(describe(*packet));
      }
      reader_.keep_rest();
      taken += element.size();
    }
    client_.consume_output(taken);
  }
}

}  // namespace mqtt::test
