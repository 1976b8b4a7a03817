// What answers where an MQTT server was dialled, told by its first bytes.
#include "mqtt/client/first_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/test_client.h"

namespace mqtt::test {
namespace {

using ::testing::HasSubstr;

// The text of the error, in every slicing of the bytes alike.
std::string said_of(Bytes bytes) {
  std::string said;
  for (std::size_t slice = 1; slice <= bytes.size(); ++slice) {
    FirstBytes first_bytes;
    std::string now_said;
    for (Bytes rest = bytes; !rest.empty(); rest = rest.subspan(std::min(slice, rest.size()))) {
      const auto error = first_bytes.look_at(rest.first(std::min(slice, rest.size())));
      if (!error) continue;
      now_said = error->text;
      break;
    }
    EXPECT_TRUE(slice == 1 || now_said == said) << now_said << " in slices of " << slice;
    said = now_said;
  }
  return said;
}

TEST(FirstBytes, OfAnHttpServerSayToUseWebSocket) {
  for (const char* answer : {"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.0 501 Not Implemented", "<!DOCTYPE HTML>"})
    EXPECT_THAT(said_of(as_bytes(answer)), HasSubstr("an HTTP server answers there")) << answer;
}

TEST(FirstBytes, OfATlsServerSayToUseTls) {
  EXPECT_THAT(said_of(bytes("15 03 01 00 02 02 46")), HasSubstr("mqtts://"));
  EXPECT_THAT(said_of(bytes("15 03 03 00 02 02 0A")), HasSubstr("a TLS server answers there"));
}

TEST(FirstBytes, OfOtherServersSayWhatTheyAre) {
  EXPECT_THAT(said_of(as_bytes("SSH-2.0-OpenSSH_9.2\r\n")), HasSubstr("sends text"));
  EXPECT_THAT(said_of(as_bytes("220 mail.test ESMTP")), HasSubstr("sends text"));
  EXPECT_THAT(said_of(bytes("00 00 12 04 00")), HasSubstr("packet type 0"));
  EXPECT_THAT(said_of(bytes("10 0D 0004 'MQTT' 05")), HasSubstr("as if the client's own came back"));
  EXPECT_THAT(said_of(bytes("30 05 0001 'a' 'bc'")), HasSubstr("is no CONNACK"));
  EXPECT_THAT(said_of(bytes("D0 00")), HasSubstr("is no CONNACK"));
}

TEST(FirstBytes, OfAnMqttServerAreLeftToTheDecoder) {
  EXPECT_EQ(said_of(bytes("20 02 00 00")), "");
  EXPECT_EQ(said_of(bytes("20 03 00 00 00 30 05 0001 'a' 'bc'")), "");
  EXPECT_EQ(said_of(bytes("F0 02 18 00")), "");
  EXPECT_EQ(said_of(bytes("2F 02 00 00")), "");
}

TEST(FirstBytes, AreLookedAtInFrontOfTheConnackOnly) {
  TestClient client;
  client.opens("a 5.0");
  client.gets_bytes(as_bytes("HTTP/"));
  EXPECT_TRUE(client.wants_close());
  EXPECT_THAT(client.events(), ::testing::ElementsAre(HasSubstr("closing malformed-packet: an HTTP server")));
  client.loses_transport();
  client.connects("a");
  client.gets_bytes(bytes("30 06 0001 'H' 00 'TT'"));
  EXPECT_THAT(client.events(), ::testing::ElementsAre("message H 'TT'"));
}

}  // namespace
}  // namespace mqtt::test
