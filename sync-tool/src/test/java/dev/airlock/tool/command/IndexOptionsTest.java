package dev.airlock.tool.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class IndexOptionsTest {
  private static Map<String, URI> replaced(String index) throws CommandException {
    return CommandLine.populateCommand(new IndexOptions(), "--index", index).replaced();
  }

  @Test
  void keepsTheCredentialsOfAnAddress() throws CommandException {
    assertThat(replaced("main=http://usr:hunter2@h:1/simple"))
        .containsEntry("main", URI.create("http://usr:hunter2@h:1/simple"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main=http://usr:hun ter2@h/simple",
        "main=http://usr:hun#ter2@h/simple",
        "main=ftp://usr:hunter2@h/simple",
      })
  void refusesAnAddressWithoutRepeatingItsCredentials(String index) {
    assertThatThrownBy(() -> replaced(index))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("--index main=")
        .hasMessageContaining("://***@h/simple: ")
        .hasMessageNotContaining("ter2");
  }
}
