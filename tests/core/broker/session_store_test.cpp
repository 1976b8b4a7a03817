// Sessions by name and by number: numbers are used again, serials and assigned names are not.
#include "mqtt/broker/session_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace mqtt {
namespace {

TEST(SessionStore, FindsASessionByItsClientIdentifierAndByItsNumber) {
  SessionStore store(1);
  Session& one = store.create("one");
  Session& two = store.create("two");
  EXPECT_EQ(store.find("one"), &one);
  EXPECT_EQ(store.at(two.id), &two);
  EXPECT_EQ(store.find("three"), nullptr);
  EXPECT_EQ(store.size(), 2U);
}

TEST(SessionStore, UsesTheNumberOfASessionThatHasEndedAgainButNotItsSerial) {
  SessionStore store(1);
  Session& one = store.create("one");
  const SubscriberId id = one.id;
  const std::uint32_t serial = one.serial;
  store.erase(one);
  EXPECT_EQ(store.at(id), nullptr);
  EXPECT_EQ(store.find("one"), nullptr);
  const Session& next = store.create("one");
  EXPECT_EQ(next.id, id);
  EXPECT_NE(next.serial, serial);
}

TEST(SessionStore, AssignsNamesThatNobodyHas) {
  const std::string first = SessionStore(1).new_client_identifier();
  SessionStore store(1);
  store.create(first);
  EXPECT_NE(store.new_client_identifier(), first);
  EXPECT_NE(SessionStore(2).new_client_identifier(), first);
}

}  // namespace
}  // namespace mqtt
