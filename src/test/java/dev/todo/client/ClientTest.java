package dev.todo.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientTest {

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, 198.51.100.7",
        "2001:db8:0:1::7, 20010db800000001",
        "2001:db8:0:1:ffff::7, 20010db800000001",
        "64:ff9b::c633:6407, 198.51.100.7",
        "64:ff9b::1:c633:6407, 0064ff9b00000000",
        "64:ff9b:1::c633:6407, 0064ff9b00010000",
        "::1, 0000000000000000"
    })
    void whatOneClientHasIsAnIPv4AddressOrAnIPv6Network(String address, String network) {
        assertEquals(network, new Client(address, null).network());
    }
}
