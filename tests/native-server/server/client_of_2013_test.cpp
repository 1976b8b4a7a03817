// The first Paho JavaScript, which the HiveMQ page carries: MQTT 3.1 over the subprotocol mqttv3.1, a frame taken for a
// packet, and PUBREL with flags 0. Every packet stands here byte by byte as it sends and expects it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_server.h"
#include "support/web_socket_client.h"

namespace wasmqtt {
namespace {

using namespace test;
using namespace std::string_literals;

class ClientOf2013 {
 public:
  ClientOf2013(std::uint16_t http_port, std::string connect) : socket_(http_port, kOldClient) {
    send(connect);
    EXPECT_EQ(next_packet(), "\x20\x02\x00\x00"s);
  }

  void send(std::string_view packet) { socket_.send_binary(packet); }
  // What it takes for a packet: the first of a frame. What is behind it would be lost to it.
  std::string next_packet() {
    const ReceivedFrame received = socket_.receive();
    const std::size_t size = 2 + static_cast<std::uint8_t>(received.payload.at(1));
    EXPECT_EQ(received.payload.size(), size) << "a frame of something else than one packet";
    return received.payload.substr(0, size);
  }
  void vanish() { socket_.socket().reset(); }

 private:
  WebSocketClient socket_;
};

const std::string kConnect = "\x10\x12\x00\x06MQIsdp\x03\x02\x00\x3C\x00\x04page"s;
const std::string kConnectWithWill =
    "\x10\x1A\x00\x06MQIsdp\x03\x36\x00\x3C\x00\x04gone\x00\x01w\x00\x03"
    "bye"s;

class HiveMqPage : public testing::Test {
 protected:
  TestServer server_;
};

TEST_F(HiveMqPage, SubscribesPublishesAtEveryQosAndUnsubscribes) {
  ClientOf2013 page(server_.http_port(), kConnect);
  page.send("\x82\x06\x00\x01\x00\x01t\x02"s);
  EXPECT_EQ(page.next_packet(), "\x90\x03\x00\x01\x02"s);

  page.send(
      "\x30\x05\x00\x01t"
      "q0"s);
  EXPECT_EQ(page.next_packet(),
            "\x30\x05\x00\x01t"
            "q0"s);

  page.send("\x32\x07\x00\x01t\x00\x02q1"s);
  std::vector<std::string> answers{page.next_packet(), page.next_packet()};
  EXPECT_THAT(answers, testing::UnorderedElementsAre("\x40\x02\x00\x02"s, "\x32\x07\x00\x01t\x00\x01q1"s));
  page.send("\x40\x02\x00\x01"s);

  page.send("\x34\x07\x00\x01t\x00\x03q2"s);
  answers = {page.next_packet(), page.next_packet()};
  EXPECT_THAT(answers, testing::UnorderedElementsAre("\x50\x02\x00\x03"s, "\x34\x07\x00\x01t\x00\x02q2"s));
  page.send("\x60\x02\x00\x03"s);  // without the flags that later versions demand
  EXPECT_EQ(page.next_packet(), "\x70\x02\x00\x03"s);
  page.send("\x50\x02\x00\x02"s);
  EXPECT_EQ(page.next_packet(), "\x62\x02\x00\x02"s);
  page.send("\x70\x02\x00\x02"s);

  page.send("\xA2\x05\x00\x04\x00\x01t"s);
  EXPECT_EQ(page.next_packet(), "\xB0\x02\x00\x04"s);
  page.send("\xC0\x00"s);
  EXPECT_EQ(page.next_packet(), "\xD0\x00"s);
}

TEST_F(HiveMqPage, GetsABurstOfMessagesOneInAFrame) {
  ClientOf2013 page(server_.http_port(), kConnect);
  page.send("\x82\x06\x00\x01\x00\x01t\x00"s);
  EXPECT_EQ(page.next_packet(), "\x90\x03\x00\x01\x00"s);
  TestSocket device(server_.mqtt_port());
  device.send(connect_packet("device"));
  device.receive(4);
  std::string burst;
  for (int i = 0; i < 100; ++i)
    burst += publish_packet("t", "hello" + std::to_string(i));
  device.send(burst);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(page.next_packet(), publish_packet("t", "hello" + std::to_string(i)));
}

TEST_F(HiveMqPage, KeepsAndClearsRetainedMessages) {
  ClientOf2013 page(server_.http_port(), kConnect);
  page.send("\x33\x08\x00\x01r\x00\x02old"s);
  EXPECT_EQ(page.next_packet(), "\x40\x02\x00\x02"s);
  page.send("\x82\x06\x00\x03\x00\x01r\x00"s);
  const std::vector<std::string> answers{page.next_packet(), page.next_packet()};
  EXPECT_THAT(answers, testing::ElementsAre("\x90\x03\x00\x03\x00"s, "\x31\x06\x00\x01rold"s));
  page.send("\x31\x03\x00\x01r"s);
  EXPECT_EQ(page.next_packet(), "\x30\x03\x00\x01r"s);
  page.send("\x82\x06\x00\x04\x00\x01r\x00"s);
  EXPECT_EQ(page.next_packet(), "\x90\x03\x00\x04\x00"s);
  page.send("\xC0\x00"s);
  EXPECT_EQ(page.next_packet(), "\xD0\x00"s) << "the retained message is gone";
}

TEST_F(HiveMqPage, HasItsWillPublishedRetainedWhenItIsLost) {
  ClientOf2013 page(server_.http_port(), kConnect);
  page.send("\x82\x06\x00\x01\x00\x01w\x00"s);
  EXPECT_EQ(page.next_packet(), "\x90\x03\x00\x01\x00"s);
  ClientOf2013(server_.http_port(), kConnectWithWill).vanish();
  EXPECT_EQ(page.next_packet(),
            "\x30\x06\x00\x01w"
            "bye"s);
  page.send("\x82\x06\x00\x02\x00\x01w\x00"s);
  EXPECT_EQ(page.next_packet(), "\x90\x03\x00\x02\x00"s);
  EXPECT_EQ(page.next_packet(),
            "\x31\x06\x00\x01w"
            "bye"s);
}

TEST_F(HiveMqPage, IsClosedInOrderAfterItsDisconnect) {
  WebSocketClient page(server_.http_port(), kOldClient);
  page.send_binary(kConnect + "\xE0\x00"s);
  EXPECT_EQ(page.receive_binary(4), "\x20\x02\x00\x00"s);
  EXPECT_EQ(page.receive().close_code(), 1000);
}

}  // namespace
}  // namespace wasmqtt
