package app;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.resources.CustomResourceOptions;
import java.util.Map;
import java.util.stream.Collectors;
import sipgateprovider.sipgate.OAuthClient;
import sipgateprovider.sipgate.OAuthClientArgs;
import sipgateprovider.sipgate.SipgateFunctions;
import sipgateprovider.sipgate.inputs.GetOAuthClientsArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::program);
    }

    static void program(Context ctx) {
        var domain = ctx.config().get("domain").orElse("example.com");

        // Clients that others made, which this program does not manage.
        var others = SipgateFunctions.getOAuthClients(
            GetOAuthClientsArgs.builder().name("legacy *").build());

        var crm = new OAuthClient("crm", OAuthClientArgs.builder()
            .name("CRM integration")
            .redirectUris("https://crm." + domain + "/*")
            .webOrigins("https://crm." + domain)
            .build(),
            CustomResourceOptions.builder().protect(true).build());
        var phone = new OAuthClient("phone", OAuthClientArgs.builder()
            .redirectUris("https://phone.sipgate.com/*")
            .webOrigins("https://intranet." + domain)
            .build());

        ctx.export("clientId", crm.clientId());
        ctx.export("clientSecret", crm.clientSecret());
        ctx.export("phone", phone.name());
        // Pulumi's SDK for Java cannot export what a function answers as it is.
        ctx.export("others", others.applyValue(found -> found.clients().stream()
            .map(client -> Map.of("clientId", client.clientId(), "name", client.name()))
            .collect(Collectors.toList())));
    }
}
