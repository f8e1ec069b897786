# A second service beside that of the ten steps, and a second endpoint, as somebody makes them who repeats steps 3 to 6
# with other names. Variables: PRODUCER_PROJECT, CONSUMER_PROJECT, REGION.
set -e
gcloud compute networks subnets create producer-psc-subnet-10-0-4-0-24 --network=producer-vpc --range=10.0.4.0/24 \
    --purpose=PRIVATE_SERVICE_CONNECT --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute network-endpoint-groups create shop-neg --network-endpoint-type=serverless \
    --cloud-run-service=shop --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute backend-services create shop-backend --load-balancing-scheme=INTERNAL_MANAGED \
    --protocol=HTTP --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute backend-services add-backend shop-backend --network-endpoint-group=shop-neg \
    --network-endpoint-group-region="$REGION" --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute url-maps create shop-map --default-service=shop-backend \
    --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute target-http-proxies create shop-proxy --url-map=shop-map --url-map-region="$REGION" \
    --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute forwarding-rules create shop-rule --load-balancing-scheme=INTERNAL_MANAGED \
    --network=producer-vpc --subnet=producer-subnet --ports=8080 --target-http-proxy=shop-proxy \
    --target-http-proxy-region="$REGION" --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute service-attachments create shop --producer-forwarding-rule=shop-rule \
    --connection-preference=ACCEPT_MANUAL --consumer-accept-list="$CONSUMER_PROJECT=5" \
    --nat-subnets=producer-psc-subnet-10-0-4-0-24 --region="$REGION" --project="$PRODUCER_PROJECT"

gcloud compute addresses create to-shop-ip --region="$REGION" --subnet=consumer-subnet --addresses=10.1.0.6 \
    --project="$CONSUMER_PROJECT"
gcloud compute forwarding-rules create to-shop --region="$REGION" --network=consumer-vpc \
    --address=to-shop-ip --project="$CONSUMER_PROJECT" \
    --target-service-attachment="projects/$PRODUCER_PROJECT/regions/$REGION/serviceAttachments/shop"
